"""What a consumer promises about every event, shown on its real path but for the broker."""

import pytest
from pantry.events import CropHarvested, CropPraised, CropSpoiled, JarFilled

from chassis.testing import Harness

pytestmark = pytest.mark.connected


async def notes(harness: Harness) -> list[tuple[str, str]]:
    return [(row["key"], row["what"]) for row in await harness.rows("SELECT key, what FROM note ORDER BY id")]


async def test_an_event_has_its_effect_and_says_what_follows(harness: Harness) -> None:
    [event] = await harness.receives(CropHarvested(field="north", amount=3))
    assert await notes(harness) == [("north", "harvested 3")]
    [filled] = await harness.published(JarFilled)
    assert (filled.field, filled.amount, filled.meta.sequence) == ("north", 3, 1)
    assert filled.meta.causation_id == event.meta.id


async def test_a_redelivered_event_has_one_effect(harness: Harness) -> None:
    await harness.receives(CropHarvested(field="north", amount=3), id="1")
    await harness.receives(CropHarvested(field="north", amount=3), id="1")
    assert await notes(harness) == [("north", "harvested 3")]
    assert len(await harness.published(JarFilled)) == 1


async def test_events_of_a_key_are_handled_in_order(harness: Harness) -> None:
    await harness.receives(
        CropHarvested(field="north", amount=1),
        CropSpoiled(field="north"),
        CropHarvested(field="south", amount=5),
        CropHarvested(field="north", amount=2),
    )
    found = await notes(harness)
    assert [what for key, what in found if key == "north"] == ["harvested 1", "spoiled", "harvested 2"]
    assert [event.meta.sequence for event in await harness.published(JarFilled) if event.field == "north"] == [1, 2]


async def test_a_type_nobody_handles_is_acknowledged(harness: Harness) -> None:
    await harness.receives(CropPraised(field="north"))
    assert await harness.dead_letters() == []
