"""Where stock lies. The order of the locations is the order in which they serve online orders."""

from dataclasses import dataclass
from enum import StrEnum

from chassis.domain import Conflict, NotFound


class LocationKind(StrEnum):
    WAREHOUSE = "warehouse"
    STORE = "store"


class LocationNotFound(NotFound):
    """No location has this id."""


class LocationTaken(Conflict):
    """Another location has this id."""


@dataclass(eq=False, kw_only=True)
class Location:
    """``place`` counts from 1: the lowest is asked first. One that does not serve orders still keeps its stock."""

    id: str
    name: str
    kind: LocationKind
    place: int
    serves_orders: bool = True
    version: int = 1
