"""Who may say and hear what on Kafka, derived from what each service itself declares.

A service writes its own topics, reads only what it consumes, and its consumer groups begin with its name. Topics come
from the contracts, so a service that is broken or left out does not keep the others' topics from being made.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from devkit.native.kafka_admin import Rights, Topic
from devkit.stack.home import Home, write_private
from devkit.trouble import Trouble
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


def declared(service: str, home: Home, env: Mapping[str, str]) -> Declared:
    """What ``python -m <service> topics`` says; remembered until the service's code changes."""
    kept = home.run / f"{service}.topics.json"
    stamp = fingerprint(code_of(service))
    if kept.exists():
        known = json.loads(kept.read_text())
        if known["stamp"] == stamp:
            return known["says"]  # type: ignore[no-any-return]
    asked = subprocess.run(
        [sys.executable, "-m", service, "topics"], capture_output=True, text=True, check=False, env=dict(env)
    )
    if asked.returncode:
        raise Trouble(f"`python -m {service} topics` fails: {asked.stderr.strip()[-1500:]}")
    says: Declared = json.loads(asked.stdout)
    write_private(kept, json.dumps({"stamp": stamp, "says": says}))
    return says


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
