"""The job that takes files of orders in: reads, checks and imports them, one short transaction after the other."""

from datetime import timedelta

import structlog
from pydantic import ConfigDict, ValidationError

from chassis import JobRun, job
from chassis.domain import Reason
from chassis.failures import is_transient
from chassis.job_lease import LeaseLost
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application import thresholds
from orders.application.import_orders import check_some, in_the_name_of, take_some
from orders.application.intake import PlaceOrder
from orders.application.place_many import HandedInMeanwhile
from orders.application.ports import FileOrder
from orders.domain.imports import FileUnreadable, Format, Import, ImportState
from orders.entrypoints.handed_in import OrderShape, form_reasons
from orders.entrypoints.order_files import OrderFile, joined, order_file

log = structlog.get_logger("orders.imports")

STAGED_AT_ONCE = 500
FORGOTTEN_AT_ONCE = 1_000


class FiledOrder(OrderShape):
    """An order in a file. Channel and source are those of the file; its own number makes a repeat harmless."""

    model_config = ConfigDict(extra="forbid")


@job("import-orders", every=timedelta(minutes=5))
async def import_orders(run: JobRun) -> None:
    """Takes files of orders in; each in turn, so that a small one does not wait for a large one."""
    while True:
        try:
            async with run.transaction() as uow:
                if not await advance(uow):
                    return
        except HandedInMeanwhile:
            continue
        except LeaseLost:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            await _give_up(run, error)


@job("forget-imports", every=timedelta(hours=1))
async def forget_imports(run: JobRun) -> None:
    """Gives up files that nobody started, and forgets the row by row reports of long ago."""
    await run.repeat(_give_up_stale)
    await run.repeat(_forget_old)


async def advance(uow: OrdersUnitOfWork) -> bool:
    """One step of the import whose turn it is; false if there is none."""
    found = await uow.imports.turn()
    if found is None:
        return False
    uow.situation.actor = in_the_name_of(found)
    match found.state:
        case ImportState.READING:
            await _read(found, uow)
        case ImportState.CHECKING:
            await check_some(found, command_of, uow)
        case _:
            await take_some(found, command_of, uow)
    return True


async def _read(found: Import, uow: OrdersUnitOfWork) -> None:
    """The whole file in one transaction: a process that dies begins it anew."""
    file = order_file(found.format, uow.zone)
    orders = 0
    try:
        async for part in uow.imports.parts(found.id):
            orders += await _stage(found, file, list(file.feed(part)), uow)
        orders += await _stage(found, file, list(file.end()), uow)
    except FileUnreadable as error:
        await uow.imports.forget(found.id)
        found.fails(error.reasons, uow.now)
        await uow.imports.empty(found.id)
    else:
        found.was_read(rows=file.rows, orders=orders, ignored_columns=file.ignored)
        await uow.imports.drop_parts(found.id)
    await uow.imports.save(found)


async def _stage(found: Import, file: OrderFile, read: list[FileOrder], uow: OrdersUnitOfWork) -> int:
    """Keep what was read; how many orders it began."""
    most = uow.setting(thresholds.import_rows)
    if file.rows > most + (found.format is Format.CSV):
        raise FileUnreadable([Reason("too-many-rows", "file", {"most": most})], count=1)
    new = 0
    for start in range(0, len(read), STAGED_AT_ONCE):
        some = read[start : start + STAGED_AT_ONCE]
        named = [each.external_id for each in some if each.external_id is not None]
        known = dict(await uow.imports.staged(found.id, named))
        changed: dict[int, FileOrder] = {}
        for each in some:
            first = known.get(each.external_id or "")
            kept = each if first is None else joined(first, each, found.format)
            new += kept is each
            changed[kept.first_row] = kept
            if kept.external_id is not None:
                known[kept.external_id] = kept
        await uow.imports.stage(found.id, list(changed.values()))
    return new


def command_of(found: Import, each: FileOrder) -> PlaceOrder | list[Reason]:
    """The command in what stands in the file, or everything that is wrong with its form."""
    if each.body is None:
        return [Reason(**reason) for reason in each.reasons]
    try:
        order = FiledOrder.model_validate(each.body)
    except ValidationError as error:
        return form_reasons(error)
    if order.external_id is None or not order.external_id.strip():
        return [Reason("external-id-missing", "external_id")]
    return order.to_command(
        channel=found.channel, source=found.source, store_id=found.store_id, owner_id=found.owner_id
    )


async def _give_up(run: JobRun, error: Exception) -> None:
    """A fault of ours on one file must not keep the others waiting."""
    log.error("an import cannot go on", exc_info=error)
    async with run.transaction() as uow:
        found = await uow.imports.turn()
        if found is not None:
            found.fails((Reason("import-broken", None),), uow.now)
            await uow.imports.empty(found.id)
            await uow.imports.save(found)


async def _give_up_stale(uow: OrdersUnitOfWork) -> int:
    found = await uow.imports.stale(uow.now - timedelta(days=uow.setting(thresholds.import_wait)))
    if found is None:
        return 0
    found.cancel(uow.now)
    await uow.imports.empty(found.id)
    await uow.imports.save(found)
    uow.audit("import.cancel", "import", found.id, reason="nobody started it")
    return 1


async def _forget_old(uow: OrdersUnitOfWork) -> int:
    before = uow.now - timedelta(days=uow.setting(thresholds.import_reports))
    return await uow.imports.forget_old(before, FORGOTTEN_AT_ONCE)
