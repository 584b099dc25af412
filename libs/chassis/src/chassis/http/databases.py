"""What a failure of the database means to the caller."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from chassis.failures import is_transient
from chassis.refusals import InFlight, Refusal, Unavailable, Unprocessable

_LOCK_NOT_HAD = "55P03"
_QUERY_CANCELED = "57014"
_DO_AGAIN = ("40001", "40P01")
_DATA = "22"


def must_be_repeated(error: Exception) -> bool:
    """A deadlock or a serialization failure: PostgreSQL chose this transaction to give way, and it may try again."""
    return _state(error) in _DO_AGAIN


def refusal_for(error: Exception) -> Refusal | None:
    """503 for a database that is away or overloaded, 409 for a row held too long, 422 for a value it cannot hold.

    None for anything else, which is a fault of ours.
    """
    if isinstance(error, PoolTimeout):
        return Unavailable("overloaded", retry_after=1)
    if state := _state(error):
        if state == _LOCK_NOT_HAD:
            return InFlight()
        if state == _QUERY_CANCELED:
            return Unavailable("overloaded", retry_after=1)
        if state.startswith(_DATA):
            return Unprocessable("value-not-storable")
    return Unavailable() if is_transient(error) else None


def _state(error: BaseException) -> str:
    """The SQLSTATE, whether SQLAlchemy has wrapped the driver's error or not; empty where there is none."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(original, "sqlstate", None) or "")
