"""Why the desk refuses a command. Those about the state say it, and what is possible instead."""

from chassis.domain import Conflict, Forbidden, Invalid, NotFound


class OrderNotFound(NotFound):
    """No order has this id or code, or none that the caller may see."""


class OrderRefused(Invalid):
    """An order cannot be taken in as it was handed in; ``reasons`` has every reason (ORD-01, ORD-02)."""


class EditRefused(Invalid):
    """What an edit asks for is wrong in itself; ``reasons`` has every reason."""


class NotNow(Conflict):
    """The state does not allow the command. ``state`` is the status, ``possible`` the commands that would work."""


class CannotEdit(NotNow):
    """Contact and note may change until the parcel is handed over, and while nobody cancels (ORD-09)."""


class CannotEditTerms(NotNow):
    """Goods, prices and the way of paying are fixed once the customer has confirmed."""


class CannotLogCall(NotNow):
    """The order has ended."""


class MomentPassed(Invalid):
    """A moment at which something is to happen has passed already."""


class CannotAssign(NotNow):
    """The order has ended; nobody needs to answer for it any more."""


class CannotConfirm(NotNow):
    """Only an order that is new or being confirmed can be confirmed (ORD-04)."""


class CallMissing(NotNow):
    """Nobody has spoken with the customer yet; marketplaces have done that themselves (ORD-04)."""


class PrepaymentNeeded(NotNow):
    """The customer is on the blacklist: nothing may be left to collect at the door (CRM-14)."""


class DataIncomplete(NotNow):
    """Something that ORD-02 asks for is missing; ``missing`` names it."""


class CannotHold(NotNow):
    """Only an order that is not confirmed yet can be put on hold."""


class CannotRelease(NotNow):
    """Nothing holds the order back."""


class CannotStandAside(NotNow):
    """No other order can take its place (ORD-07, ORD-08); ``because`` says why, word by word."""


class CannotSplit(Invalid):
    """The parts do not share out the order's goods (ORD-07); ``reasons`` has every reason."""


class CannotMerge(Conflict):
    """These orders do not go into one parcel (ORD-08); ``because`` says why, word by word."""


class CannotUnmerge(Conflict):
    """There is nothing to take apart again, or it is not what was merged any more; ``because`` says why."""


class CannotCancel(NotNow):
    """The parcel is with the carrier, or the order has ended (ORD-14)."""


class CannotDelete(NotNow):
    """Only an order that was never confirmed, or is cancelled, can be deleted (ORD-15)."""


class DeleteHoldsMoney(NotNow):
    """The customer has paid; what he paid goes back first, which deleting would not do (ORD-15)."""


class CannotRestore(NotNow):
    """The order is not deleted (ORD-15)."""


class CustomerForgotten(NotNow):
    """The customer was erased meanwhile: nobody knows any more whose order it is (ORD-15, CRM-01)."""


class CancelNeedsLead(Forbidden):
    """The parcel is packed already; from here on the team lead decides (ORD-14)."""


class OverrideNotAllowed(Forbidden):
    """Only who keeps the blacklist may confirm against it (CRM-14)."""
