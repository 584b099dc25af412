"""One run: a stack of its own, load, faults, healing, quiet, and the verdicts."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from devkit.chaos.arena import Arena
from devkit.chaos.buyers import Buyers, read_answers
from devkit.chaos.floor import Floor
from devkit.chaos.nemesis import Nemesis
from devkit.demo.log import Log
from devkit.demo.pace import Pace
from devkit.demo.plan import plan
from devkit.demo.staff import staff
from devkit.demo.warehouse import Warehouse
from devkit.stack.own import OwnStack
from devkit.stack.partners import add_partner
from devkit.steps import console
from devkit.trouble import Trouble
from devkit.truth import History, StillMoving, Verdict, until_quiet, verdicts
from devkit.truth.topics import read_topics

PARTNER = "cho-online"
HEALS_WITHIN = 240.0
QUIET_WITHIN = 240.0
AFTERGLOW = 15.0
"""Seconds in which the shop works on after the last fault has healed: what came back must work, not only stand."""


@dataclass
class Run:
    """What was asked for, and what came of it. Times in seconds."""

    seed: int
    minutes: float
    orders: int
    brokers: int
    replicas: int
    arena: Arena
    history: History = field(default_factory=History)
    floor: Floor | None = None
    ready_after: float = 0.0
    quiet_after: float = 0.0
    still_moving: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.still_moving and bool(self.verdicts) and all(verdict.holds for verdict in self.verdicts)


class Chaos:
    """``run`` does it; :meth:`close` stops the stack, and removes it unless it is to be looked at."""

    def __init__(self, seed: int, minutes: float, orders: int, brokers: int, replicas: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ganh-chaos-"))
        clock = self._folder / "clock"
        clock.write_text("0")
        stack = OwnStack(self._folder / "home", GANH_CLOCK_FILE=str(clock), GANH_TRACE_RATIO="0")
        self.result = Run(seed, minutes, orders, brokers, replicas, Arena(stack, clock))
        self._bars = Progress(TextColumn("{task.description:<34}"), BarColumn(), TextColumn("{task.fields[says]}"),
                              TimeElapsedColumn(), console=console)  # fmt: skip

    @property
    def logs(self) -> Path:
        return self.result.arena.home.run

    def start(self) -> None:
        """Bring the stack up. ``Trouble`` with what it said where that fails."""
        stack = self.result.arena.stack
        done = stack.dev("up", "--detach", "--no-tracing", "--brokers", str(self.result.brokers))
        if done.returncode:
            raise Trouble(f"the stack does not come up:\n{(done.stdout + done.stderr)[-3000:]}")

    def close(self, *, keep: bool) -> None:
        self.result.arena.stack.dev("down")
        if not keep:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def run(self) -> Run:
        """Load and faults, then healing, quiet and judgement. The stack is still up when this returns."""
        result, home = self.result, self.result.arena.home
        tag = f"C{result.seed:03d}"
        day = plan(result.orders, result.seed, tag)
        partner = await asyncio.to_thread(add_partner, home, PARTNER, "orders", 10_000_000)
        async with staff(home, tag) as people:
            await Warehouse(people, Log(day, source=tag), Pace({})).open_shop()
            made = await people.admin.post("/api/keys", {"name": f"buyers {tag}", "permissions": ["orders:write"]})
            buyers = Buyers(result.arena, day, result.history, made["key"], partner, result.seed)
            result.floor = floor = Floor(result.arena, people, day, (buyers.source, partner.name))
            if result.replicas > 1:
                result.arena.double()
            with self._bars:
                working = asyncio.create_task(floor.work())
                try:
                    await self._rage(buyers)
                    await self._heal()
                    await asyncio.sleep(AFTERGLOW)
                finally:
                    working.cancel()
                    with suppress(asyncio.CancelledError):
                        await working
                await self._fall_quiet()
        result.history.put_back = result.arena.put_back
        read_answers(result.history, (await read_topics(home))[partner.reads])
        result.verdicts = await verdicts(home, result.history)
        return result

    async def _rage(self, buyers: Buyers) -> None:
        """Buyers and nemesis together, for as long as was asked for."""
        result = self.result
        seconds = result.minutes * 60
        result.arena.began = time.monotonic()
        nemesis = Nemesis(result.arena, result.seed, seconds)
        bar = self._bars.add_task(f"Load and faults, seed {result.seed}", total=seconds, says="")
        async with asyncio.TaskGroup() as group:
            both = [group.create_task(buyers.come(seconds)), group.create_task(nemesis.rage())]
            while not all(task.done() for task in both):
                self._show(bar, buyers)
                await asyncio.wait(both, timeout=1)
        self._show(bar, buyers)

    def _show(self, bar: TaskID, buyers: Buyers) -> None:
        arena = self.result.arena
        under_way = [strike.fault for strike in arena.timeline if strike.ended is None]
        says = f"{buyers.placed} orders, {len(arena.timeline)} faults {', '.join(under_way)}"
        self._bars.update(bar, completed=time.monotonic() - arena.began, says=says)

    async def _heal(self) -> None:
        bar = self._bars.add_task("Everything heals", total=1, says="")
        self.result.ready_after = round(await self.result.arena.heal(HEALS_WITHIN), 1)
        self._bars.update(bar, completed=1, says=f"{self.result.ready_after:.0f} s")

    async def _fall_quiet(self) -> None:
        """Not in time is a verdict, too; the others are asked all the same."""
        bar = self._bars.add_task("It falls quiet by itself", total=None, says="")
        try:
            quiet = await until_quiet(
                self.result.arena.home, patience=QUIET_WITHIN,
                heard=lambda waiting: self._bars.update(bar, says=f"{waiting} things wait"),
            )  # fmt: skip
        except StillMoving as moving:
            self.result.still_moving = str(moving)
        else:
            self.result.quiet_after = round(quiet, 1)
        self._bars.update(
            bar, total=1, completed=1, says=self.result.still_moving or f"{self.result.quiet_after:.0f} s"
        )
