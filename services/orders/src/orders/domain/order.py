"""An order as the desk works on it: what was agreed, and every command a person may give.

A command that the state does not allow raises and says what is possible instead; only an exact repeat is a no-op.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.domain import Aggregate
from orders.domain import errors
from orders.domain.agreement import NO_WISHES, WISHES, Agreement, Call, Hold, Origin, Payment, Wishes
from orders.domain.facets import DELETABLE, ENDED, UNCONFIRMED, Sales, Stock
from orders.domain.happenings import (
    Assigned,
    CallLogged,
    CallOutcome,
    CallStarted,
    Cancelled,
    CancelReason,
    CancelRequested,
    Confirmed,
    Deleted,
    Edited,
    Held,
    PaymentReminded,
    Placed,
    Restored,
    Resumed,
    StandingAside,
    Succeeded,
)
from orders.domain.party import Contact
from orders.domain.places import Clarity, Place
from orders.domain.progress import Patience, Progress
from orders.domain.replacement import Successor
from orders.domain.status import Status


@dataclass(eq=False, kw_only=True)
class Order(Aggregate):
    """A promise to a customer. ``version`` counts the desk's own changes; facts of others do not disturb an edit."""

    id: UUID
    code: str
    origin: Origin
    contact: Contact
    destination: Place | None = None
    agreement: Agreement
    placed_at: datetime
    progress: Progress
    wishes: Wishes = NO_WISHES
    confirmed_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    call_at: datetime | None = None
    """When the customer is to be called next; None: as soon as can be."""
    hold: Hold | None = None
    duplicate_of: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    version: int = 1

    @classmethod
    def place(
        cls,
        *,
        id: UUID,
        code: str,
        origin: Origin,
        contact: Contact,
        agreement: Agreement,
        placed_at: datetime,
        wishes: Wishes = NO_WISHES,
        duplicate_of: tuple[str, ...] = (),
        blacklisted: bool = False,
        destination: Place | None = None,
    ) -> Order:
        """Take an order in (ORD-01). A likely duplicate (ORD-06) or an unreliable buyer (CRM-14) only leaves a flag."""
        order = cls(
            id=id,
            code=code,
            origin=origin,
            contact=contact,
            destination=destination,
            agreement=agreement.settled(),
            placed_at=placed_at,
            wishes=wishes,
            duplicate_of=duplicate_of,
            progress=Progress(
                order_id=id,
                code=code,
                sales=Sales.NEW,
                duplicate=bool(duplicate_of),
                blacklisted=blacklisted,
                address=_unclear(destination),
            ),
        )
        order._record(Placed())
        return order

    @classmethod
    def succeed(
        cls,
        leading: Order,
        *,
        id: UUID,
        code: str,
        agreement: Agreement,
        wishes: Wishes,
        replaces: tuple[str, ...],
        placed_at: datetime,
        paid: int,
        at: datetime,
    ) -> Order:
        """An order that goes on in the place of others (ORD-07, ORD-08): theirs are the customer, the time it was
        placed, which decides who gets scarce goods first, what was said on the phone, and since when he waits."""
        before = leading.progress
        order = cls(
            id=id,
            code=code,
            origin=replace(leading.origin, external_id=None),
            contact=leading.contact,
            destination=leading.destination,
            agreement=agreement.settled(),
            placed_at=placed_at,
            wishes=wishes,
            calls=leading.calls,
            replaces=replaces,
            progress=Progress(
                order_id=id,
                code=code,
                sales=Sales.CONFIRMING if leading.calls else Sales.NEW,
                blacklisted=before.blacklisted,
                address=before.address,
                waiting_since=before.waiting_since,
                paid=paid,
                overpaid=paid > agreement.total,
            ),
        )
        order._record(Placed())
        if leading.confirmed_at is not None:
            order.progress.sales, order.confirmed_at = Sales.CONFIRMED, at
            order._record(Confirmed(override=None))
        return order

    @property
    def sales(self) -> Sales:
        """A taken-in order always has a say of its own."""
        return self.progress.sales or Sales.NEW

    @property
    def status(self) -> Status:
        return self.progress.status or Status.NEW

    @property
    def cod(self) -> int:
        """What is left to collect at the door: total − paid, never below zero (ORD-35)."""
        return max(0, self.agreement.total - self.progress.paid)

    @property
    def owes(self) -> bool:
        """Whether money that was to come in advance has not: all of it, or of a deposit anything (ORD-16)."""
        match self.agreement.payment:
            case Payment.PREPAID:
                return self.cod > 0
            case Payment.DEPOSIT:
                return self.cod > 0 and self.progress.paid == 0
            case Payment.COD:
                return False

    @property
    def spoken_with(self) -> bool:
        """Whether confirming needs no further call (ORD-04)."""
        return not self.origin.call_required or any(call.outcome is CallOutcome.ANSWERED for call in self.calls)

    @property
    def due_at(self) -> datetime | None:
        """When somebody at the desk has to look at it: the next call, or the review of a hold; None for what is not
        at the desk (ORD-04)."""
        if self.sales in (Sales.NEW, Sales.CONFIRMING):
            return self.call_at or self.placed_at
        return self.hold.until if self.sales is Sales.ON_HOLD and self.hold else None

    @property
    def possible(self) -> tuple[str, ...]:
        """The commands that the state allows now, by the names of their routes."""
        if self.sales is Sales.DELETED:
            return ("restore",) if self.contact.phone else ()
        if self.sales in ENDED:
            return ("delete",) if self._deletable else ()
        at_the_desk = self.sales in (Sales.NEW, Sales.CONFIRMING)
        changeable = self.sales is not Sales.CANCELLING and not self.progress.handed_over
        found = {
            "calls": True,
            "confirm": at_the_desk and self.spoken_with,
            "release": self.sales is Sales.ON_HOLD or (self.sales is Sales.CONFIRMED and self.progress.held_back),
            "hold": at_the_desk or self.sales is Sales.ON_HOLD,
            "edit": changeable,
            "cancel": changeable,
            "delete": self._deletable,
        }
        return tuple(command for command, allowed in found.items() if allowed)

    @property
    def _deletable(self) -> bool:
        progress = self.progress
        return self.sales in DELETABLE and not progress.handed_over and progress.kept == 0

    def _refuse(self, refusal: type[errors.NotNow], **params: Any) -> errors.NotNow:
        return refusal(code=self.code, state=str(self.status), possible=list(self.possible), **params)

    def log_call(self, call: Call, again_at: datetime | None = None) -> None:
        """Note a call (ORD-04), and when the next one is due. The first one on a new order begins its confirmation."""
        if self.sales in ENDED:
            raise self._refuse(errors.CannotLogCall)
        self.calls = (*self.calls, call)
        if self.sales is Sales.NEW:
            self.progress.sales = Sales.CONFIRMING
        if self.sales is Sales.CONFIRMING:
            self.call_at = again_at or call.at
        self._record(CallLogged(outcome=call.outcome, note=call.note, again_at=again_at))

    def start_call(self, by: str, until: datetime) -> None:
        """Take it from the queue: ``by`` calls the customer, nobody else is given it before ``until`` (ORD-04)."""
        if self.sales not in (Sales.NEW, Sales.CONFIRMING):
            raise self._refuse(errors.CannotConfirm)
        self.assign(self.origin.owner_id or by)
        self.progress.sales = Sales.CONFIRMING
        self.call_at = until
        self._record(CallStarted(until=until))

    def assign(self, owner_id: str | None) -> None:
        """Say who answers for it. Raises ``CannotAssign`` for an ended order."""
        before = self.origin.owner_id
        if owner_id == before:
            return
        if self.sales in ENDED:
            raise self._refuse(errors.CannotAssign)
        self.origin = replace(self.origin, owner_id=owner_id)
        self._record(Assigned(owner_id=owner_id, before=before))

    def confirm(self, at: datetime, *, blacklisted: bool, override: str | None, patience: Patience) -> None:
        """The customer agrees (ORD-04). ``override``: why a blacklisted customer's order goes out unpaid.

        Raises ``CannotConfirm``, ``CallMissing``, ``DataIncomplete`` or ``PrepaymentNeeded`` (CRM-14).
        """
        if self.sales is Sales.CONFIRMED:
            return
        if self.sales not in (Sales.NEW, Sales.CONFIRMING):
            raise self._refuse(errors.CannotConfirm)
        if not self.spoken_with:
            raise self._refuse(errors.CallMissing)
        if missing := self._missing():
            raise self._refuse(errors.DataIncomplete, missing=list(missing))
        self.progress.blacklisted = blacklisted
        if blacklisted and self.cod > 0 and override is None:
            raise self._refuse(errors.PrepaymentNeeded, cod=self.cod)
        self.progress.sales = Sales.CONFIRMED
        self.confirmed_at = at
        self._record(Confirmed(override=override if blacklisted and self.cod > 0 else None))
        self.progress.decide_waiting(patience)

    def _missing(self) -> tuple[str, ...]:
        return (*self.contact.missing(), *(() if self.agreement.lines else ("lines",)))

    def put_on_hold(self, hold: Hold) -> None:
        """Put it aside with a reason and a day to look again; held already, reason and day are new."""
        if self.sales not in (Sales.NEW, Sales.CONFIRMING, Sales.ON_HOLD):
            raise self._refuse(errors.CannotHold)
        if self.hold == hold and self.sales is Sales.ON_HOLD:
            return
        self.progress.sales = Sales.ON_HOLD
        self.hold, self.call_at = hold, hold.until
        self._record(Held(reason=hold.reason, until=hold.until, note=hold.note))

    def release(self) -> None:
        """What held it back is cleared: the hold at the desk, or the customer's yes after a long wait (ORD-12)."""
        if self.sales is Sales.ON_HOLD:
            self.progress.sales = Sales.CONFIRMING
            self.hold = None
            self._record(Resumed())
        elif self.sales is Sales.CONFIRMED and self.progress.held_back:
            self.progress.go_on()
        else:
            raise self._refuse(errors.CannotRelease)

    def cancel(self, reason: CancelReason, note: str | None, *, by_lead: bool) -> None:
        """End it (ORD-14): at once before confirmation, afterwards by asking whoever has the parcel.

        Raises ``CannotCancel`` after handover, ``CancelNeedsLead`` for a packed parcel.
        """
        if self.sales in (Sales.CANCELLING, Sales.CANCELLED) and self.progress.replacement is None:
            return
        if self.sales in ENDED or self.sales is Sales.CANCELLING or self.progress.handed_over:
            raise self._refuse(errors.CannotCancel)
        if self.progress.stock is Stock.PACKED and not by_lead:
            raise errors.CancelNeedsLead(code=self.code, state=str(self.status))
        self.progress.cancel_reason, self.progress.cancel_note = reason, note
        if self.sales is Sales.CONFIRMED:
            self.progress.sales = Sales.CANCELLING
            self._record(CancelRequested(reason=reason, note=note))
        else:
            self.progress.sales = Sales.CANCELLED
            self._record(Cancelled(order_id=self.id, code=self.code, reason=reason, note=note, was_confirmed=False))

    def cannot_stand_aside(self) -> tuple[str, ...]:
        """Why no other order can take its place, each by its own name; empty if one can (ORD-07, ORD-08)."""
        found = {
            "ended": self.sales in ENDED,
            "cancelling": self.sales is Sales.CANCELLING,
            "handed-over": self.progress.handed_over,
            "being-picked": self.progress.stock in (Stock.PICKING, Stock.PACKING, Stock.PACKED, Stock.ISSUED),
            "refunded": self.progress.refunded > 0,
        }
        return tuple(why for why, holds in found.items() if holds)

    def stand_aside(self, replacement: UUID, kind: str) -> bool:
        """Let others take its place: at once before confirmation (true), afterwards by asking whoever has the parcel.

        Raises ``CannotStandAside``.
        """
        if because := self.cannot_stand_aside():
            raise self._refuse(errors.CannotStandAside, because=list(because))
        if self.sales is not Sales.CONFIRMED:
            return True
        self.progress.sales, self.progress.replacement = Sales.CANCELLING, replacement
        self._record(StandingAside(kind=kind))
        return False

    def end_as(self, end: Sales, kind: str, successors: Sequence[Successor]) -> None:
        """Others go on with its goods and money."""
        self.progress.sales, self.progress.replacement = end, None
        self.replaced_by = tuple(each.code for each in successors)
        self._record(
            Succeeded(
                order_id=self.id,
                code=self.code,
                kind=kind,
                successors=tuple((each.order_id, each.code, each.paid) for each in successors),
                currency=self.agreement.currency,
                was_confirmed=self.confirmed_at is not None,
            )
        )

    def remind_of_payment(self, at: datetime, cancel_at: datetime) -> None:
        """Say that money is still to come (ORD-16). Said once; once more if it was settled and is owed anew."""
        if not self.owes or self.progress.reminded_at is not None:
            return
        self.progress.reminded_at = at
        self._record(PaymentReminded(due=self.cod, cancel_at=cancel_at))

    def _forget_reminder(self) -> None:
        if not self.owes:
            self.progress.reminded_at = None

    def delete(self, note: str) -> None:
        """Take it out of sight and reports (ORD-15); it stays as it is, to be restored.

        Raises ``CannotDelete``, or ``DeleteHoldsMoney`` while something is paid and not given back.
        """
        if self.sales is Sales.DELETED:
            return
        if self.sales not in DELETABLE or self.progress.handed_over:
            raise self._refuse(errors.CannotDelete)
        if self.progress.kept:
            raise self._refuse(errors.DeleteHoldsMoney, paid=self.progress.kept)
        self.progress.sales_before, self.progress.sales = self.sales, Sales.DELETED
        self._record(Deleted(note=note))

    def restore(self, note: str | None, *, blacklisted: bool) -> None:
        """Put it back into the state it had (ORD-15). Raises ``CannotRestore`` or ``CustomerForgotten``."""
        before = self.progress.sales_before
        if before is None:
            raise self._refuse(errors.CannotRestore)
        if not self.contact.phone:
            raise self._refuse(errors.CustomerForgotten)
        self.progress.sales, self.progress.sales_before = before, None
        self.progress.reminded_at = None
        self.progress.blacklisted = blacklisted
        self._record(Restored(note=note))

    def edit(
        self, *, contact: Contact, wishes: Wishes, agreement: Agreement, destination: Place | None
    ) -> tuple[str, ...]:
        """Make the order so; gives what that changed. Contact and wishes may change until handover (ORD-09), goods and
        terms until confirmation. Raises ``CannotEdit`` or ``CannotEditTerms``."""
        agreement = agreement.settled()
        before, cod = self.agreement, self.cod
        terms = {
            "lines": before.lines != agreement.lines,
            "discount": before.discount != agreement.discount,
            "freight": before.freight != agreement.freight,
            "payment": before.payment is not agreement.payment,
        }
        rest = {
            "contact": (self.contact, self.destination) != (contact, destination),
            **{name: getattr(self.wishes, name) != getattr(wishes, name) for name in WISHES},
        }
        if not any(terms.values()) and not any(rest.values()):
            return ()
        if self.sales in ENDED or self.sales is Sales.CANCELLING or self.progress.handed_over:
            raise self._refuse(errors.CannotEdit)
        if any(terms.values()) and self.sales not in UNCONFIRMED:
            raise self._refuse(errors.CannotEditTerms, fields=[name for name, changed in terms.items() if changed])
        self.contact, self.wishes, self.agreement = contact, wishes, agreement
        self._forget_reminder()
        self.destination, self.progress.address = destination, _unclear(destination)
        changed = tuple(name for name, is_new in (rest | terms | {"cod": self.cod != cod}).items() if is_new)
        self._record(Edited(changed=changed))
        return changed

    def seen_again(self, duplicate_of: tuple[str, ...]) -> None:
        """The duplicate check of an edited order (ORD-06)."""
        self.duplicate_of = duplicate_of
        self.progress.duplicate = bool(duplicate_of)

    def paid_so_far(self, paid: int) -> None:
        """How much has come in, as the books say (ORD-35). Always recorded; an ended order announces nothing."""
        cod = self.cod
        if paid == self.progress.paid:
            return
        self.progress.paid = paid
        self.progress.overpaid = paid > self.agreement.total
        self._forget_reminder()
        if self.sales not in ENDED:
            self._record(Edited(changed=("paid", "cod") if self.cod != cod else ("paid",)))


def _unclear(destination: Place | None) -> Clarity | None:
    return None if destination is None or destination.clarity is Clarity.RESOLVED else destination.clarity
