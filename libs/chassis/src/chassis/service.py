"""What a service is: the one declaration from which every role, document and access list is derived."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from contracts import Event, families, members
from contracts.gateway.v1 import IdentityChanged

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

    from chassis.business_settings import Setting
    from chassis.consumer import Consumer
    from chassis.copies import Copy
    from chassis.doors import Door
    from chassis.gauges import Gauge
    from chassis.half import Half
    from chassis.runtime import Runtime
    from chassis.schedule import Job
    from chassis.security import Authenticate
    from chassis.settings import ServiceSettings
    from chassis.unit_of_work import UnitOfWork

T = TypeVar("T")


def declared(kind: type[T], *modules: ModuleType) -> list[T]:
    """What the modules hold of a kind, in the order in which it stands there: a new job or setting, once it is written,
    belongs to the service."""
    return list(dict.fromkeys(each for module in modules for each in vars(module).values() if isinstance(each, kind)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Service:
    """A service as its ``main`` composes it. Holds no connection and starts nothing; ``run(service)`` does.

    ``name`` is also the import name of the package: its sentences (``<name>/sentences/{vi,en,zh}.toml``) and
    migrations are found there. ``authenticate`` replaces the check of the gateway's tokens (only the gateway, which
    issues them, has its own). ``extend`` adds to the HTTP application what is not a router, ``lifespan`` holds what
    the API process needs while it serves (a client, a reader).
    """

    name: str
    settings: type[ServiceSettings]
    unit_of_work: type[UnitOfWork]
    routers: Sequence[APIRouter] = ()
    consumers: Sequence[Consumer] = ()
    copies: Sequence[Copy[Any]] = ()
    doors: Sequence[Door[Any, Any]] = ()
    halves: Sequence[Half] = ()
    gauges: Sequence[Gauge] = ()
    jobs: Sequence[Job] = ()
    business_settings: Sequence[Setting[Any]] = ()
    authenticate: Authenticate | None = None
    extend: Callable[[FastAPI, Runtime], None] | None = None
    lifespan: Callable[[FastAPI, Runtime], AbstractAsyncContextManager[None]] | None = None

    def __post_init__(self) -> None:
        # Whoever does not say itself whom to trust must hear it.
        if not IdentityChanged.topic.startswith(f"{self.name}."):
            from chassis.security.identity import identity

            object.__setattr__(self, "copies", [*self.copies, identity])

    def published(self) -> list[type[Event]]:
        """The families this service says: those whose topic carries its name, without what comes in at its doors."""
        _import_contracts(self.name)
        taken_in = {door.family.topic for door in self.doors}
        mine = f"{self.name}."
        return [family for family in families() if family.topic.startswith(mine) and family.topic not in taken_in]

    def topics(self) -> dict[str, Any]:
        """What the service publishes and reads, as JSON: the source of topic ACLs and of ``docs/topics.md``.

        A topic marked ``by_partner`` is a prefix: ``.<partner>`` follows it.
        """
        answers = {door.result.topic for door in self.doors}
        publishes = [_described(family) | {"by_partner": family.topic in answers} for family in self.published()]
        reads = [
            {
                "topic": reader.family.topic,
                "as": kind,
                "name": reader.name,
                "group": f"{self.name}.{reader.name}",
                "by_partner": kind == "door",
                "handles": sorted(reader.handles),
            }
            for kind, readers in (("consumer", self.consumers), ("copy", self.copies), ("door", self.doors))
            for reader in readers
        ]
        return {"service": self.name, "publishes": publishes, "reads": reads}


def _described(family: type[Event]) -> dict[str, Any]:
    return {
        "topic": family.topic,
        "key": family.key_field,
        "visibility": str(family.visibility),
        "compacted": family.compacted,
        "partitions": family.partitions,
        "events": sorted(members(family)),
    }


def _import_contracts(service: str) -> None:
    """Families are known once imported; a service need not import all it may say (another module of it might)."""
    try:
        package = importlib.import_module(f"contracts.{service}")
    except ModuleNotFoundError:
        return
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
