"""Copies keep the newest state of each key, whatever comes in whatever order."""

import pytest
from pantry.events import CropHarvested, PriceChanged
from pantry.main import price

from chassis import copy
from chassis.testing import Harness

pytestmark = pytest.mark.connected


async def prices(harness: Harness) -> dict[str, tuple[int, list[str], int]]:
    rows = await harness.rows("SELECT sku, amount, labels, version FROM price ORDER BY sku")
    return {row["sku"]: (row["amount"], row["labels"], row["version"]) for row in rows}


async def test_a_copy_takes_the_newer_state_and_ignores_the_older(harness: Harness) -> None:
    await harness.receives(PriceChanged(sku="A", amount=10, labels=("new", "táo")), sequence=5)
    await harness.receives(PriceChanged(sku="A", amount=7), sequence=4)
    assert await prices(harness) == {"A": (10, ["new", "táo"], 5)}
    await harness.receives(PriceChanged(sku="A", amount=12), sequence=6)
    assert await prices(harness) == {"A": (12, [], 6)}


async def test_one_batch_may_change_one_key_many_times(harness: Harness) -> None:
    await harness.receives(*(PriceChanged(sku=sku, amount=number) for number in range(50) for sku in ("B", "A")))
    assert await prices(harness) == {"A": (49, [], 50), "B": (49, [], 50)}


async def test_a_tombstone_deletes_and_an_older_one_does_not(harness: Harness) -> None:
    await harness.receives(PriceChanged(sku="A", amount=10), sequence=5)
    await harness.receives_bytes(PriceChanged, None, key=b"A", headers=[("ce_sequence", b"4")], may_fail=False)
    assert "A" in await prices(harness)
    await harness.receives_bytes(PriceChanged, None, key=b"A", headers=[("ce_sequence", b"6")], may_fail=False)
    assert await prices(harness) == {}


async def test_a_tombstone_of_somebody_elses_tool_deletes(harness: Harness) -> None:
    await harness.receives(PriceChanged(sku="A", amount=10), sequence=5)
    await harness.receives_bytes(PriceChanged, None, key=b"A", may_fail=False)
    assert await prices(harness) == {}


async def test_an_unreadable_state_goes_to_the_desk_alone_and_the_next_one_is_taken(harness: Harness) -> None:
    await harness.receives_bytes(PriceChanged, b"junk", key=b"A")
    await harness.receives(PriceChanged(sku="A", amount=10))
    assert list(await prices(harness)) == ["A"]
    [letter] = await harness.dead_letters()
    assert (letter["consumer"], letter["state"]) == ("prices", "failed")
    assert await harness.rows("SELECT * FROM chassis.parked_key") == []


def test_only_a_compacted_topic_with_a_versioned_table_can_be_copied() -> None:
    from sqlalchemy import Column, MetaData, Table, Text

    with pytest.raises(ValueError, match="only a compacted topic"):
        copy("x", CropHarvested, table=price, key="sku", values=lambda event: {})
    bare = Table("bare", MetaData(), Column("sku", Text))
    with pytest.raises(ValueError, match="needs a column version"):
        copy("x", PriceChanged, table=bare, key="sku", values=lambda event: {})
