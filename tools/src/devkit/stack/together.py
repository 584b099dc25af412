"""Does for several services in one process what each can do alone: importing them is what takes the time.

``python -m devkit.stack.together topics|migrate SERVICE…`` is ``python -m SERVICE topics|migrate`` for each in turn,
with the services' settings side by side in the environment (their names keep them apart).
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devkit.trouble import Trouble

ABOUT = "while about "


def do_for_all(task: str, services: Sequence[str], env: Mapping[str, str]) -> dict[str, Any]:
    """Service -> what it said (topics), or nothing (migrate). ``Trouble`` names the service that failed, and why."""
    if not services:
        return {}
    command = [sys.executable, "-m", __name__, task, *services]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(env), cwd=Path("/"))
    if done.returncode:
        service = done.stderr.rpartition(ABOUT)[2].strip()
        why = done.stderr.rpartition(ABOUT)[0].strip()[-2000:]
        raise Trouble(f"`python -m {service} {task}` fails:\n{why}")
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def _do(task: str, name: str) -> Any:
    service = importlib.import_module(f"{name}.main").service
    if task == "topics":
        return service.topics()
    from chassis import run

    return run(service, [task])


def main() -> int:
    task, *services = sys.argv[1:]
    said = {}
    for name in services:
        try:
            said[name] = _do(task, name)
        except BaseException:
            import traceback

            traceback.print_exc()
            print(f"{ABOUT}{name}", file=sys.stderr)
            return 1
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
