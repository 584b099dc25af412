"""A database put back to a copy that was taken minutes before, as after a disk was lost. What it has forgotten must
come back from the topics by itself."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg

from devkit.chaos import processes
from devkit.chaos.arena import Arena
from devkit.native.postgres import binary
from devkit.stack import pause
from devkit.stack.databases import make_databases
from devkit.trouble import Trouble
from devkit.truth.evidence import database_url

ATTEMPTS, PAUSE = 15, 2.0
SERVICE = "crm"
"""It only consumes: nobody gives it commands during a run, so nothing but the copy's age is lost."""


async def take_copy(arena: Arena, dice: random.Random) -> str:
    """A consistent copy while everything goes on. One that was not finished is none."""
    part, url = _file(arena).with_suffix(".part"), database_url(arena.home, SERVICE)
    async with arena.databases:
        await until_done(lambda: _run(arena, "pg_dump", "--format=custom", f"--file={part}", url))
    part.rename(_file(arena))
    return f"{SERVICE}'s database copied"


async def put_back(arena: Arena, dice: random.Random) -> str:
    """Stop the service, as an operator would, make its database anew from the copy, start it again."""
    if not _file(arena).exists():
        return "there is no copy yet"
    async with arena.databases:
        pause.pause(arena.home, SERVICE)
        try:
            processes.send(processes.service(arena.home, SERVICE), signal.SIGKILL)
            arena.put_back.add(SERVICE)
            await _restore(arena)
        finally:
            pause.resume(arena.home, SERVICE)
    return f"{SERVICE}'s database put back to its copy"


async def _restore(arena: Arena) -> None:
    postgres, url = arena.servers.postgres, database_url(arena.home, SERVICE)
    passwords = {SERVICE: arena.home.secret(f"database {SERVICE}")}

    async def restore() -> None:
        await postgres.ask(lambda connection: connection.execute(f"DROP DATABASE IF EXISTS {SERVICE} WITH (FORCE)"))
        await asyncio.to_thread(make_databases, postgres, passwords)
        await _run(arena, "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={url}", str(_file(arena)))

    await until_done(restore)


async def until_done(doing: Callable[[], Awaitable[None]]) -> None:
    """A half-made copy or database is no end: whoever makes it tries again until it is whole."""
    for attempt in range(ATTEMPTS):
        try:
            await doing()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError, Trouble):
            if attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(PAUSE)
        else:
            return


def _file(arena: Arena) -> Path:
    return arena.home.folder / f"{SERVICE}.copy"


async def _run(arena: Arena, program: str, *words: str) -> None:
    command = [str(binary(program)), *words]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )
    if done.returncode:
        raise Trouble(f"{program} failed: {done.stderr.strip()[-500:]}")
