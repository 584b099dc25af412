"""The contracts as data: each event with its schema, each topic with who says and who reads it."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import contracts
from contracts.event import Event, families, members
from devkit.workspace import services

SERVICES = tuple(services())
"""The services of this repository, the gateway first."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A service's subscription: what it is called there and how it reads (``consumer``, ``copy`` or ``door``)."""

    service: str
    name: str
    manner: str


def import_all() -> None:
    """Import every module of contracts: a family is known once its module is."""
    for package in pkgutil.iter_modules(contracts.__path__):
        if package.ispkg:
            for module in pkgutil.iter_modules(importlib.import_module(f"contracts.{package.name}").__path__):
                importlib.import_module(f"contracts.{package.name}.{module.name}")


def all_families() -> list[type[Event]]:
    import_all()
    return [family for family in families() if family.__module__.startswith("contracts.")]


def all_events() -> Iterator[tuple[type[Event], str, type[Event]]]:
    """Family, wire type and class of every event, in the order of topics and types."""
    for family in all_families():
        for name, event in sorted(members(family).items()):
            yield family, name, event


def owner(family: type[Event]) -> str:
    """The service the topic belongs to: the first word of its name."""
    return family.topic.partition(".")[0]


def schema(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's body, with what its topic promises beside it."""
    described = event.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-topic": event.topic,
        "x-key": event.key_field,
        "x-visibility": str(event.visibility),
        "x-compacted": event.compacted,
        **described,
    }


def readers() -> Mapping[str, list[Reader]]:
    """Topic -> who reads it, as the services themselves declare it."""
    found: dict[str, list[Reader]] = {}
    for name in SERVICES:
        declared = importlib.import_module(f"{name}.main").service.topics()
        for read in declared["reads"]:
            found.setdefault(read["topic"], []).append(Reader(name, read["name"], read["as"]))
    return found
