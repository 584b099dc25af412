"""What the edge says: whose signature to trust, and which sessions no longer hold."""

from typing import Any, ClassVar, Literal

from contracts.event import Event, Instant


class IdentityChanged(Event):
    """Either the public keys of the gateway (``key_set``, a JSON Web Key Set) or one revoked session. Compacted.

    ``identity`` is ``keys`` or ``session:<id>``. A revoked session is forgotten after ``until``, when its last token
    has expired.
    """

    topic: ClassVar[str] = "gateway.identity.v1"
    key_field: ClassVar[str] = "identity"
    compacted: ClassVar[bool] = True

    type: Literal["identity.changed"] = "identity.changed"
    identity: str
    key_set: dict[str, Any] | None = None
    revoked_session: str | None = None
    until: Instant | None = None
