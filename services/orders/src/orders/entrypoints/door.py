"""The partners' doors (``orders.intake.v1.<partner>``): every letter is answered, accepted or with every reason."""

from collections.abc import Iterable

from chassis import Letter, door
from chassis.domain import DomainError, Reason
from chassis.http import Catalogue
from chassis.telemetry import tag
from contracts.orders.v1 import IntakeResult
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application.place_order import place_order
from orders.application.thresholds import door_language
from orders.entrypoints.handed_in import HandedIn

intake = door("intake", HandedIn, result=IntakeResult)
sentences = Catalogue(["chassis", "orders"])


@intake.on
async def on_letter(letter: Letter[HandedIn], uow: OrdersUnitOfWork) -> IntakeResult:
    """The partner is who the topic says. The same order again, here or elsewhere, gets the same answer."""
    body = letter.body
    if body is None:
        return _refused(letter, letter.reasons, uow)
    if body.source not in (None, letter.partner):
        mismatch = Reason("source-not-yours", "source", {"source": body.source, "partner": letter.partner})
        return _refused(letter, (mismatch,), uow)
    try:
        command = body.to_command(channel=body.channel, source=letter.partner)
        placement = await place_order(command, uow, stores=None, cause=body)
    except DomainError as refusal:
        return _refused(letter, refusal.reasons, uow)
    order = placement.order
    tag(event_id=letter.meta.id, order_code=order.code)
    return IntakeResult(external_id=body.external_id, accepted=True, order_id=order.id, code=order.code)


def _refused(letter: Letter[HandedIn], reasons: Iterable[Reason], uow: OrdersUnitOfWork) -> IntakeResult:
    told = sentences.refusals(reasons, uow.setting(door_language))
    return IntakeResult(external_id=letter.key or "", accepted=False, reasons=told)
