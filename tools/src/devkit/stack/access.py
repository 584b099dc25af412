"""Who may say and hear what on Kafka, derived from what each service itself declares.

A service writes its own topics, reads only what it consumes, and its consumer groups begin with its name. Topics come
from the contracts, so a service that is broken or left out does not keep the others' topics from being made.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from devkit.native.kafka_admin import Rights, Topic
from devkit.stack.home import Home, write_private
from devkit.stack.together import do_for_all
from devkit.workspace import code_of, fingerprint

Declared = Mapping[str, Any]


def all_topics() -> list[Topic]:
    """Every topic of the contracts but the doors, which are made per partner."""
    import contracts

    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    return [
        Topic(family.topic, family.partitions, family.compacted)
        for family in contracts.families()
        if family.visibility is not contracts.Visibility.DOOR
    ]


def declared(services: Sequence[str], home: Home, env: Mapping[str, str]) -> list[Declared]:
    """What ``python -m <service> topics`` says of each; remembered until the service's code changes."""
    stamps = {name: fingerprint(code_of(name)) for name in services}
    known = {name: _remembered(home, name, stamp) for name, stamp in stamps.items()}
    said = do_for_all("topics", [name for name in services if known[name] is None], env)
    for name, says in said.items():
        write_private(_record(home, name), json.dumps({"stamp": stamps[name], "says": says}))
    return [says for name in services if (says := known[name] or said[name])]


def _remembered(home: Home, service: str, stamp: str) -> Declared | None:
    try:
        kept = json.loads(_record(home, service).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return kept["says"] if kept["stamp"] == stamp else None


def _record(home: Home, service: str) -> Path:
    return home.run / f"{service}.topics.json"


def rights_of(says: Declared) -> Rights:
    """The rights a service needs for what it declares, and not one more."""
    service = says["service"]
    return Rights(
        login=service,
        writes=frozenset(_named(topic) for topic in says["publishes"]),
        reads=frozenset(_named(topic) for topic in says["reads"]),
        groups=frozenset({f"{service}.*"}),
    )


def _named(topic: Mapping[str, Any]) -> str:
    name: str = topic["topic"]
    return f"{name}.*" if topic.get("by_partner") else name
