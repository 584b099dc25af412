"""Who asks, and what that person or integration may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from contracts import Actor, ActorKind

OWN = ":own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The bearer of a verified token. ``subject`` is the staff or key id, ``session`` the login it belongs to.

    A permission that ends in ``:own`` holds only for objects of ``stores`` (DOMAIN part 2, the suffix ``o``).
    """

    subject: str
    name: str = ""
    session: str = ""
    kind: Literal["user", "key"] = "user"
    roles: frozenset[str] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)
    stores: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Whether the permission is held at all, be it only for the own stores."""
        return permission in self.permissions or permission + OWN in self.permissions

    def stores_for(self, permission: str) -> frozenset[str] | None:
        """The stores to which the permission is confined; ``None`` means all, an empty set means none."""
        if permission in self.permissions:
            return None
        return self.stores if permission + OWN in self.permissions else frozenset()

    @property
    def actor(self) -> Actor:
        return Actor(kind=ActorKind(self.kind), id=self.subject, name=self.name or None)
