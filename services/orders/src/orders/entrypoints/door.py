"""The partners' doors (``orders.intake.v1.<partner>``): every letter is answered, accepted or with every reason."""

from collections.abc import Iterable

from chassis import Letter, door
from chassis.domain import DomainError, Reason
from chassis.http import Catalogue
from chassis.telemetry import tag
from contracts.orders.v1 import IntakeResult
from contracts.refusal import Refusal
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
        placement = await place_order(command, uow, cause=body)
    except DomainError as refusal:
        return _refused(letter, refusal.reasons, uow)
    order = placement.order
    tag(event_id=letter.meta.id, order_code=order.code)
    return IntakeResult(external_id=body.external_id, accepted=True, order_id=order.id, code=order.code)


def _refused(letter: Letter[HandedIn], reasons: Iterable[Reason], uow: OrdersUnitOfWork) -> IntakeResult:
    language = uow.setting(door_language)
    told = tuple(
        Refusal(
            code=reason.code,
            pointer=_pointer(reason.field),
            detail=sentences.say(reason.code, reason.params, language),
            params=dict(reason.params),
        )
        for reason in reasons
    )
    return IntakeResult(external_id=letter.key or "", accepted=False, reasons=told)


def _pointer(field: str | None) -> str | None:
    """``lines/0/sku`` -> ``/lines/0/sku``; what is not in the body (``header:ce_id``) stays as it is."""
    return field if field is None or ":" in field else f"/{field}"
