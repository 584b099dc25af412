"""Golden samples: a record of every event as it was once written, so that it can be read for ever.

A sample is made when an event is new, and never again.
"""

import json
import zlib
from pathlib import Path

from polyfactory.factories.pydantic_factory import ModelFactory

from contracts.event import Event
from devkit.contracts.language import all_events

SAMPLES = "libs/contracts/tests/samples"


def write_missing(root: Path) -> list[str]:
    """Make the samples that are not there; tell which."""
    made: list[str] = []
    for _, name, event in all_events():
        path = root / SAMPLES / event.topic / f"{name}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            body = json.loads(_one(event).model_dump_json())
            path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n")
            made.append(str(path.relative_to(root)))
    return made


def _one(event: type[Event]) -> Event:
    factory = ModelFactory.create_factory(event, __random_seed__=zlib.crc32(event.type_name().encode()))
    return factory.build()
