"""The public language of Ganh. Each service's events are in ``contracts.<service>.v1``; here is what they share."""

from contracts.event import (
    Actor,
    ActorKind,
    Body,
    Event,
    Instant,
    Meta,
    Personal,
    Visibility,
    families,
    members,
    personal_paths,
)
from contracts.headers import UnreadableHeaders, from_headers, to_headers
from contracts.money import Money
from contracts.party import Address, Contact, Phone
from contracts.refusal import Refusal

__all__ = [
    "Actor",
    "ActorKind",
    "Address",
    "Body",
    "Contact",
    "Event",
    "Instant",
    "Meta",
    "Money",
    "Personal",
    "Phone",
    "Refusal",
    "UnreadableHeaders",
    "Visibility",
    "families",
    "from_headers",
    "members",
    "personal_paths",
    "to_headers",
]
