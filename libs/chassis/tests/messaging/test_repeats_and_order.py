"""Whatever comes twice has one effect; whoever sends, a key's events are in the order in which they were said."""

from typing import Any

import pytest
from pantry.events import JarFilled
from written_records import harvest

from chassis.consuming import run_consumers
from chassis.relay import run_relay
from chassis.testing import Broker, eventually

pytestmark = pytest.mark.connected


async def test_an_event_that_is_on_the_topic_twice_has_one_effect(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    """As after a relay that died between the broker's acknowledgement and its own delete."""
    await kafka.make("farm.crop.v1", "pantry.jar.v1", partitions=1)
    await kafka.make("market.price.v1", "gateway.identity.v1", compacted=True)
    pantry = await live_pantry(batch_events=4)
    once = [harvest(f"crop-{number}") for number in range(9)]
    await kafka.write("farm.crop.v1", [*once, *once, harvest("the-last")])
    async with together(run_consumers(pantry.runtime)):

        async def the_last() -> bool:
            return bool(await pantry.rows("SELECT 1 FROM note WHERE event_id = 'the-last'"))

        await eventually(the_last)
    effects = await pantry.rows("SELECT event_id, count(*) AS n FROM note GROUP BY event_id ORDER BY event_id")
    twice = [row["event_id"] for row in effects if row["n"] > 1]
    assert not twice, f"twice: {twice}"
    assert len(effects) == 10
    assert await pantry.count("chassis.outbox") == 10


async def test_two_relays_send_each_keys_events_in_the_order_in_which_they_were_said(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    await kafka.make("pantry.jar.v1")
    one, two = await live_pantry(lease_time=2), await live_pantry(lease_time=2)
    fields = [f"f{number}" for number in range(8)]
    turns = 600  # some batches for each: with one or two, a relay can be through before the other has begun
    for turn in range(turns):
        await one.say(*(JarFilled(field=field, amount=turn) for field in fields))
    async with together(run_relay(one.runtime), run_relay(two.runtime)):

        async def emptied() -> bool:
            return bool(await one.count("chassis.outbox") == 0)

        await eventually(emptied, within=60)
    sent = await kafka.read("pantry.jar.v1", at_least=turns * len(fields))
    for field in fields:
        mine = [int(each.header("ce_sequence") or 0) for each in sent if each.key == field.encode()]
        first = list(dict.fromkeys(mine))
        assert first == sorted(first), f"out of order: {field} {first}"
        assert first == list(range(1, turns + 1))
