"""The relay: order under each key, one owner per shard, nothing lost whatever happens to it."""

import asyncio
from typing import Any

import pytest
from pantry.events import CropHarvested, JarEvent, JarFilled, JarState

from chassis import leases
from chassis.outbox import SHARDS, PayloadTooLarge
from chassis.relay import Relay, run_relay
from chassis.testing import Broker, eventually

pytestmark = pytest.mark.connected


async def emptied(pantry: Any) -> bool:
    return bool(await pantry.count("chassis.outbox") == 0)


async def test_what_is_said_reaches_the_topic_in_order_per_key(live_pantry: Any, kafka: Broker, together: Any) -> None:
    await kafka.make("pantry.jar.v1")
    pantry = await live_pantry()
    for number in range(20):
        await pantry.say(*(JarFilled(field=field, amount=number) for field in ("north", "south")))
    async with together(run_relay(pantry.runtime)):
        records = await kafka.read("pantry.jar.v1", at_least=40)
        await eventually(lambda: emptied(pantry))
    for field in ("north", "south"):
        mine = [each for each in records if each.key == field.encode()]
        assert [each.header("ce_sequence") for each in mine] == [str(number) for number in range(1, 21)]
        assert [JarFilled.model_validate_json(each.value or b"").amount for each in mine] == list(range(20))


async def test_many_writers_on_one_key_leave_no_gap_and_no_disorder(live_pantry: Any, kafka: Broker) -> None:
    """``seq`` is what the relay goes by: under a key it must agree with the numbers, whoever committed first."""
    pantry = await live_pantry(pool_size=20)

    async def writer(number: int) -> None:
        for turn in range(10):
            keys = ("a", "b", "c") if (number + turn) % 2 else ("c", "b", "a")
            await pantry.say(*(JarFilled(field=key, amount=number) for key in keys))

    await asyncio.gather(*(writer(number) for number in range(15)))
    rows = await pantry.rows("SELECT aggregateid, version FROM chassis.outbox ORDER BY seq")
    for key in "abc":
        assert [row["version"] for row in rows if row["aggregateid"] == key] == list(range(1, 151))


async def test_a_rolled_back_unit_of_work_says_nothing_and_uses_no_number(live_pantry: Any, kafka: Broker) -> None:
    from contracts.event import Actor

    pantry = await live_pantry()
    with pytest.raises(RuntimeError):
        async with pantry.runtime.transaction(Actor.parse("user:test")) as uow:
            uow.publish(JarFilled(field="north", amount=1))
            await uow.flush()
            raise RuntimeError("no")
    await pantry.say(JarFilled(field="north", amount=2))
    assert [row["version"] for row in await pantry.rows("SELECT version FROM chassis.outbox")] == [1]


async def test_a_tombstone_travels_as_a_null_value(live_pantry: Any, kafka: Broker, together: Any) -> None:
    from contracts.event import Actor

    await kafka.make("pantry.jar-state.v1", compacted=True)
    pantry = await live_pantry()
    await pantry.say(JarState(field="north", amount=2))
    async with pantry.runtime.transaction(Actor.parse("user:test")) as uow:
        uow.retract(JarState, "north")
        with pytest.raises(ValueError, match="only a compacted topic"):
            uow.retract(JarEvent, "north")
    async with together(run_relay(pantry.runtime)):
        records = await kafka.read("pantry.jar-state.v1", at_least=2)
    assert [each.value is None for each in records] == [False, True]
    state, gone = (int(each.header("ce_sequence") or 0) for each in records)
    assert gone > state


async def test_states_of_a_database_that_was_put_back_are_newer_than_all_it_said_before(live_pantry: Any) -> None:
    """Copies believe only newer numbers; a key may have been said more often before than it will be afterwards."""
    pantry = await live_pantry()
    await pantry.say(*(JarState(field=field, amount=amount) for amount in range(3) for field in ("north", "south")))
    said = {row["key"]: row["version"] for row in await pantry.rows("SELECT key, version FROM chassis.stream")}
    await pantry.rows("UPDATE chassis.stream SET version = version - 2 WHERE key = 'north'")
    await pantry.rows("DELETE FROM chassis.stream WHERE key = 'south'")
    [second] = await pantry.rows("SELECT extract(epoch FROM clock_timestamp())::bigint AS now")
    await eventually(lambda: _later_than(pantry, second["now"]))
    await pantry.say(JarState(field="north", amount=9), JarState(field="south", amount=9))
    for row in await pantry.rows("SELECT key, version FROM chassis.stream"):
        assert said[row["key"]] < row["version"] < 2**53


async def _later_than(pantry: Any, second: int) -> bool:
    [row] = await pantry.rows("SELECT extract(epoch FROM clock_timestamp())::bigint AS now")
    return bool(row["now"] > second)


async def test_an_oversized_event_is_refused_when_it_is_said(live_pantry: Any) -> None:
    pantry = await live_pantry(max_payload=60)
    with pytest.raises(PayloadTooLarge):
        await pantry.say(JarFilled(field="n" * 60, amount=1))
    assert await pantry.count("chassis.outbox") == 0


async def test_a_topic_that_is_not_there_holds_up_no_other(live_pantry: Any, kafka: Broker, together: Any) -> None:
    await kafka.make("pantry.jar.v1")
    pantry = await live_pantry()
    await pantry.say(*(CropHarvested(field="x", amount=number) for number in range(5)))
    await pantry.say(*(JarFilled(field="y", amount=number) for number in range(5)))
    async with together(run_relay(pantry.runtime)):
        assert len(await kafka.read("pantry.jar.v1", at_least=5, within=60)) == 5

        async def told() -> bool:
            return "farm.crop.v1" in pantry.trouble("relay")

        await eventually(told, within=60)
        await kafka.make("farm.crop.v1")
        late = await kafka.read("farm.crop.v1", at_least=5, within=60)
    assert [each.header("ce_sequence") for each in late] == ["1", "2", "3", "4", "5"]


async def test_two_relays_share_the_shards_and_take_over_when_one_is_gone(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    await kafka.make("pantry.jar.v1")
    one, two = await live_pantry(lease_time=4), await live_pantry(lease_time=4)

    async def shared() -> bool:
        rows = await one.rows("SELECT owner, count(*) AS n FROM chassis.relay_lease WHERE owner IS NOT NULL GROUP BY 1")
        return sorted(row["n"] for row in rows) == [2, 2]

    async def first_has_all() -> bool:
        return len(await one.rows("SELECT 1 FROM chassis.relay_lease WHERE owner IS NOT NULL")) == SHARDS

    async with together(run_relay(one.runtime)) as first:
        await eventually(first_has_all)
        async with together(run_relay(two.runtime)):
            await eventually(shared)
            await one.say(*(JarFilled(field=f"f{number}", amount=number) for number in range(40)))
            await kafka.read("pantry.jar.v1", at_least=40)
            first[0].cancel()
            await one.say(*(JarFilled(field=f"f{number}", amount=number) for number in range(40)))
            await eventually(lambda: emptied(two))
            sent = await kafka.read("pantry.jar.v1", at_least=80)
    assert len({each.header("ce_id") for each in sent}) == 80  # the one that was cancelled may have sent some twice


async def test_a_relay_that_lost_its_lease_deletes_nothing_and_ends(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    """As after a long stop: it wakes with rows it has sent, which by now belong to another."""
    await kafka.make("pantry.jar.v1")
    pantry = await live_pantry()
    ended: list[str] = []
    pantry.runtime.end = ended.append
    sleeper = Relay(pantry.runtime)
    async with pantry.runtime.engine.begin() as connection:
        held, share = await leases.hold(connection, "sleeper", 10)
    assert (len(held), share) == (SHARDS, SHARDS)
    await pantry.say(JarFilled(field="north", amount=1))
    rows = await pantry.rows("SELECT seq, shard FROM chassis.outbox")
    await pantry.rows("UPDATE chassis.relay_lease SET expires_at = '-infinity'")
    await pantry.rows("DELETE FROM chassis.relay_member")
    async with pantry.runtime.engine.begin() as connection:
        taken, _ = await leases.hold(connection, "other", 10)
    assert all(taken[shard] == held[shard] + 1 for shard in held)
    sleeper._owner = "sleeper"
    from types import SimpleNamespace

    from chassis.relay import LeaseLost

    with pytest.raises(LeaseLost):
        await sleeper._delete(held, [SimpleNamespace(seq=row["seq"], age=0.0) for row in rows])
    assert await pantry.count("chassis.outbox") == 1


async def test_a_lease_that_ran_out_but_was_not_taken_is_kept(live_pantry: Any) -> None:
    pantry = await live_pantry()
    async with pantry.runtime.engine.begin() as connection:
        held, _ = await leases.hold(connection, "one", 10)
    await pantry.rows("UPDATE chassis.relay_lease SET expires_at = '-infinity'")
    async with pantry.runtime.engine.begin() as connection:
        again, _ = await leases.hold(connection, "one", 10)
    assert again == held


async def test_a_relay_that_leaves_lets_others_begin_at_once(live_pantry: Any) -> None:
    pantry = await live_pantry()
    async with pantry.runtime.engine.begin() as connection:
        held, _ = await leases.hold(connection, "one", 60)
        await leases.leave(connection, "one", sorted(held))
        taken, _ = await leases.hold(connection, "two", 60)
    assert len(taken) == SHARDS


@pytest.mark.parametrize("hangs", ["start", "partitions_for", "send"])
async def test_a_relay_that_hangs_while_the_broker_answers_is_unready_and_then_ends_its_process(
    live_pantry: Any, kafka: Broker, together: Any, monkeypatch: pytest.MonkeyPatch, hangs: str
) -> None:
    from aiokafka import AIOKafkaProducer

    await kafka.make("pantry.jar.v1")
    pantry = await live_pantry(stuck_after=1)
    ended: list[str] = []
    pantry.runtime.end = ended.append

    async def never(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = asyncio.get_running_loop().create_future()
        return answer if hangs == "send" else await answer

    monkeypatch.setattr(AIOKafkaProducer, hangs, never)
    await pantry.say(JarFilled(field="north", amount=1))
    async with together(run_relay(pantry.runtime)):

        async def unready() -> str | None:
            assert not ended
            return pantry.runtime.progress.activity("relay").stalled

        async def gave_up() -> bool:
            return bool(ended)

        await eventually(unready)
        await eventually(gave_up)
    assert "the broker answers" in ended[0]
    assert await pantry.count("chassis.outbox") == 1


async def test_a_record_the_broker_refuses_stops_its_key_and_no_other(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    await kafka.make("pantry.jar.v1", partitions=1, **{"max.message.bytes": "3000"})
    pantry = await live_pantry()
    import secrets

    await pantry.say(JarFilled(field="a", amount=1))
    await pantry.rows("UPDATE chassis.outbox SET payload = CAST(:big AS text)::bytea", big=secrets.token_hex(4000))
    await pantry.say(*(JarFilled(field=field, amount=2) for field in ("a", "b", "c")))
    async with together(run_relay(pantry.runtime)):
        records = await kafka.read("pantry.jar.v1", at_least=2, within=40)
        assert {each.key for each in records} == {b"b", b"c"}

        async def told() -> bool:
            return "does not take a record" in pantry.trouble("relay")

        await eventually(told)
        await pantry.rows("UPDATE chassis.outbox SET payload = '{}' WHERE length(payload) > 3000")
        await eventually(lambda: emptied(pantry), within=60)
        records = await kafka.read("pantry.jar.v1", at_least=4)
    assert [each.header("ce_sequence") for each in records if each.key == b"a"] == ["1", "2"]
