"""An import on its way: checked as a whole, then taken in, a hundred orders in each transaction (ORD-01).

What a transaction has done to orders and what it has noted about them commit together. So a process may die at any
point: whoever goes on finds in the database which orders are left. An order that came in meanwhile, by whatever door,
is known by its source and outside number, and is passed over.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from chassis.domain import Reason
from contracts.event import Actor
from orders.application.intake import PlaceOrder
from orders.application.place_many import Outcome, judge_many, place_many
from orders.application.ports import FileOrder, Work
from orders.domain.imports import Import, ImportState, OnError, RowState, stored

AT_ONCE = 100
"""Orders in one transaction: few enough that nobody who shares a phone with one of them waits long."""

Read = Callable[[Import, FileOrder], PlaceOrder | list[Reason]]
"""From what stands in the file to the command, or to what is wrong with its form."""


async def check_some(job: Import, read: Read, uow: Work) -> None:
    """Say of the next orders what would become of them now."""
    some = await uow.imports.some(job.id, RowState.READ, AT_ONCE)
    outcomes = await _outcomes(job, some, read, uow)
    await _settled(job, some, outcomes, uow)
    job.checked += len(some)
    if len(some) < AT_ONCE:
        job.was_checked(uow.now)
        if job.state is ImportState.STOPPED:
            await uow.imports.empty(job.id)
    await uow.imports.save(job)


async def take_some(job: Import, read: Read, uow: Work) -> None:
    """Take in the next orders, in the name of whoever handed the file in. Raises ``HandedInMeanwhile``."""
    some = await uow.imports.some(job.id, RowState.READY, AT_ONCE)
    stops = job.on_error is OnError.STOP
    commands = [_command(read(job, each)) for each in some]
    outcomes = await place_many(commands, uow, stores=None, until_refused=stops)
    await _settled(job, some[: len(outcomes)], outcomes, uow)
    if stops and any(outcome.reasons for outcome in outcomes):
        job.ends(ImportState.STOPPED, uow.now)
    elif len(some) < AT_ONCE:
        job.ends(ImportState.DONE, uow.now)
    if job.finished_at is not None:
        await uow.imports.empty(job.id)
    await uow.imports.save(job)


def in_the_name_of(job: Import) -> Actor:
    """Who handed the file in; what comes of it is that person's doing."""
    return Actor.parse(job.actor).model_copy(update={"name": job.actor_name})


def _command(read: PlaceOrder | list[Reason]) -> PlaceOrder:
    if isinstance(read, list):
        raise TypeError(f"an order that was found right cannot be read any more: {read[0].code}")
    return read


async def _outcomes(job: Import, some: Sequence[FileOrder], read: Read, uow: Work) -> list[Outcome]:
    """For each order what is wrong with its form, and with its content where that can be told."""
    readings = [read(job, each) for each in some]
    commands = [reading for reading in readings if isinstance(reading, PlaceOrder)]
    judged = iter(await judge_many(commands, uow, stores=None))
    found = [Outcome(reasons=tuple(each)) if isinstance(each, list) else next(judged) for each in readings]
    return [_with_cells(each, outcome) for each, outcome in zip(some, found, strict=True)]


def _with_cells(each: FileOrder, outcome: Outcome) -> Outcome:
    """What was wrong with the cells already comes first, and stands for whatever else is wrong in its place."""
    cells = tuple(Reason(**reason) for reason in each.reasons)
    named = {reason.field for reason in cells}
    return replace(outcome, reasons=(*cells, *(reason for reason in outcome.reasons if reason.field not in named)))


async def _settled(job: Import, some: Sequence[FileOrder], outcomes: Sequence[Outcome], uow: Work) -> None:
    for each, outcome in zip(some, outcomes, strict=True):
        each.reasons = [stored(reason) for reason in outcome.reasons]
        each.warnings = [stored(reason) for reason in outcome.warnings]
        if outcome.reasons:
            each.state = RowState.REFUSED
            job.refused += 1
        elif not outcome.created:
            each.state, each.order_id, each.code = RowState.KNOWN, outcome.id, outcome.code
            job.known += 1
        elif job.state is ImportState.CHECKING:
            each.state = RowState.READY
        else:
            each.state, each.order_id, each.code = RowState.TAKEN, outcome.id, outcome.code
            job.taken += 1
    if some:
        await uow.imports.settle(job.id, some)
