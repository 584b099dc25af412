"""What a process shows of itself to those who watch it, as Prometheus reads it."""

import dataclasses
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from pantry.events import CropHarvested
from pantry.main import service
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from chassis import gauge
from chassis.gauges import Gauge, watch_gauges
from chassis.readers import readers_of
from chassis.replays import run_replays
from chassis.testing import Harness, eventually

pytestmark = pytest.mark.connected


@pytest.fixture
def old_jars() -> Iterator[Gauge]:
    made = gauge(
        "pantry_jars",
        "Jars older than a day",
        "SELECT what AS shelf, count(*) AS value FROM rule WHERE CAST(:now AS date) > '2020-01-01' GROUP BY what",
        by="shelf",
    )
    yield made
    REGISTRY.unregister(made.shown)


async def shown(harness: Harness, **restarts: int) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, label values) -> number, as ``/metrics`` says."""
    client = harness.client()
    app: Any = client._transport.app  # type: ignore[attr-defined]
    app.state.restarts = lambda: restarts
    text = (await client.get("/metrics")).text
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_activities_restarts_connections_and_memory_are_shown(harness: Harness) -> None:
    harness.runtime.progress.activity("crops").trouble = "Kafka: away"
    harness.runtime.progress.activity("schedule").step()
    seen = await shown(harness, relay=3)
    assert seen["chassis_activity_troubled", ("crops",)] == 1
    assert seen["chassis_activity_troubled", ("schedule",)] == 0
    assert seen["chassis_activity_idle_seconds", ("schedule",)] < 60
    assert seen["chassis_role_restarts", ("relay",)] == 3
    assert seen["chassis_database_connections_most", ()] == 10
    assert seen["chassis_database_connections_used", ()] == 0
    assert seen["process_resident_memory_bytes", ()] > 10_000_000


async def test_a_stalled_activity_is_troubled_whatever_its_own_steps_say(harness: Harness) -> None:
    activity = harness.runtime.progress.activity("crops")
    activity.step()
    activity.stalled = "3 records wait"
    activity.step()
    assert harness.runtime.progress.troubles() == {"crops": "3 records wait"}
    assert (await shown(harness))["chassis_activity_troubled", ("crops",)] == 1


async def test_handling_is_timed_by_event_type_and_letters_and_parked_keys_are_counted(
    harness: Harness, together: Any
) -> None:
    await harness.receives(CropHarvested(field="north", amount=1))
    await harness.rows("INSERT INTO rule VALUES ('south', 'never')")
    await harness.receives(CropHarvested(field="south", amount=1), may_fail=True)
    await harness.receives(CropHarvested(field="south", amount=2), may_fail=True)
    async with together(run_replays(harness.runtime, readers_of(service))):

        async def counted() -> bool:
            return (await shown(harness)).get(("chassis_parked_keys", ("crops",))) == 1

        await eventually(counted)
    seen = await shown(harness)
    assert seen["chassis_handler_seconds_count", ("crops", "crop.harvested")] >= 1
    assert seen["chassis_event_age_seconds_count", ("crops",)] >= 1
    assert seen["chassis_dead_letters_unsettled", ("crops", "failed")] == 1
    assert seen["chassis_dead_letters_unsettled", ("crops", "waiting")] == 1


async def test_a_services_own_numbers_follow_its_tables(harness: Harness, together: Any, old_jars: Gauge) -> None:
    await harness.rows("INSERT INTO rule VALUES ('a', 'cellar'), ('b', 'cellar'), ('c', 'attic')")
    watched = dataclasses.replace(service, gauges=[old_jars], copies=service.copies[:-1])
    async with together(watch_gauges(harness.runtime, watched.gauges)):

        async def counted() -> bool:
            return (await shown(harness)).get(("pantry_jars", ("cellar",))) == 2

        await eventually(counted)
    await harness.rows("DELETE FROM rule WHERE what = 'cellar'")
    await old_jars.count(harness.runtime)
    seen = await shown(harness)
    assert ("pantry_jars", ("cellar",)) not in seen
    assert seen["pantry_jars", ("attic",)] == 1


async def test_a_number_that_cannot_be_counted_is_told_and_stops_no_other(
    harness: Harness, together: Any, old_jars: Gauge, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = gauge("pantry_wrong", "A table that is not there", "SELECT count(*) AS value FROM nowhere")
    await harness.rows("INSERT INTO rule VALUES ('a', 'cellar')")
    try:
        with caplog.at_level(logging.ERROR):
            async with together(watch_gauges(harness.runtime, [wrong, old_jars])):

                async def counted() -> bool:
                    return (await shown(harness)).get(("pantry_jars", ("cellar",))) == 1

                await eventually(counted)
    finally:
        REGISTRY.unregister(wrong.shown)
    assert "pantry_wrong cannot be counted" in caplog.text
