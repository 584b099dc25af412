"""Identifiers: time-ordered for what is new, derived for what must come out the same again."""

from uuid import UUID, uuid5

import uuid_utils

_CAUSED = UUID("6f0b3f0e-6f0c-5d7b-9a53-6b1f6c0d7a11")


def new_id() -> UUID:
    """A UUIDv7: unique, and near its neighbours in an index because it begins with the time."""
    return UUID(int=uuid_utils.uuid7().int)


def caused_id(consumer: str, cause: str, ordinal: int) -> UUID:
    """The id of the ``ordinal``-th thing that ``consumer`` makes because of the event ``cause``.

    Handling the event again gives the same id, so whoever reads the second copy can drop it.
    """
    return uuid5(_CAUSED, f"{consumer}|{cause}|{ordinal}")
