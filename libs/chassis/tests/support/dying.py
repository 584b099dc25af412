"""Runs a role of the pantry that dies at a named point, as if somebody had pulled the plug: ``dying.py POINT ROLE``."""

import asyncio
import os
import sys

from chassis import hooks
from chassis.consuming import run_consumers
from chassis.relay import run_relay
from chassis.runtime import live


def main() -> None:
    point, role = sys.argv[1:3]
    from pantry.main import service

    def die(reached: str) -> None:
        if reached == point:
            os._exit(9)

    hooks.reach = die

    async def work() -> None:
        async with live(service) as runtime:
            await (run_relay if role == "relay" else run_consumers)(runtime)

    asyncio.run(work())


if __name__ == "__main__":
    main()
