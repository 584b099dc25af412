"""Every event keeps the rules that make it an event of Ganh."""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import contracts
from contracts import Event, Visibility, families, members, personal_paths
from contracts.orders.v1 import OrderPlaced

for package in pkgutil.iter_modules(contracts.__path__):
    if package.ispkg:
        importlib.import_module(f"contracts.{package.name}.v1")

released = Path(__file__).parents[1] / "released"
samples = Path(__file__).parent / "samples"
ours = [family for family in families() if family.__module__.startswith("contracts.")]
events = [event for family in ours for event in members(family).values()]


@pytest.mark.parametrize("family", ours, ids=lambda family: family.topic)
def test_a_topic_is_named_after_its_service_its_aggregate_and_its_major_version(family: type[Event]) -> None:
    service, aggregate, version = family.topic.split(".")
    assert family.__module__ == f"contracts.{service}.{version}"
    assert aggregate


@pytest.mark.parametrize("event", events, ids=lambda event: event.type_name())
def test_an_event_carries_its_key_in_a_required_field(event: type[Event]) -> None:
    assert event.model_fields[event.key_field].is_required()


@pytest.mark.parametrize("event", events, ids=lambda event: event.type_name())
def test_an_event_says_why_it_exists(event: type[Event]) -> None:
    assert (event.__doc__ or "").strip()


@pytest.mark.parametrize("family", [f for f in ours if f.visibility is Visibility.PUBLIC], ids=lambda f: f.topic)
def test_a_public_topic_carries_no_personal_field(family: type[Event]) -> None:
    assert not [path for event in members(family).values() for path in personal_paths(event)]


@pytest.mark.parametrize("family", [f for f in ours if f.compacted], ids=lambda f: f.topic)
def test_a_compacted_topic_has_one_event_that_is_the_whole_state(family: type[Event]) -> None:
    assert len(members(family)) == 1


def test_the_personal_fields_of_an_order_are_known() -> None:
    assert ("contact", "phone") in personal_paths(OrderPlaced)
    assert ("contact", "address", "street") in personal_paths(OrderPlaced)


@pytest.mark.parametrize("path", sorted(samples.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_record_that_was_written_once_can_still_be_read(path: Path) -> None:
    family = next(family for family in ours if family.topic == path.parent.name)
    body = json.loads(path.read_text())
    event = members(family)[path.stem].model_validate(body)
    assert as_far_as_written(json.loads(event.model_dump_json()), body) == body


def as_far_as_written(kept: Any, written: Any) -> Any:
    """``kept`` without the fields that came after the record was written, at every depth."""
    if isinstance(written, dict):
        return {name: as_far_as_written(kept[name], value) for name, value in written.items()}
    if isinstance(written, list):
        return [as_far_as_written(each, value) for each, value in zip(kept, written, strict=True)]
    return kept


def test_every_event_has_a_golden_sample() -> None:
    there = {(path.parent.name, path.stem) for path in samples.glob("*/*.json")}
    assert {(event.topic, event.type_name()) for event in events} == there


def test_an_unknown_field_of_a_newer_sender_is_passed_over() -> None:
    body = json.loads((samples / "orders.order.v1" / "order.placed.json").read_text())
    assert OrderPlaced.model_validate(body | {"invented_later": 1}) == OrderPlaced.model_validate(body)


def test_a_phone_that_is_not_international_is_refused() -> None:
    body = json.loads((samples / "orders.order.v1" / "order.placed.json").read_text())
    body["contact"]["phone"] = "0901234567"
    with pytest.raises(ValidationError, match="phone"):
        OrderPlaced.model_validate(body)
