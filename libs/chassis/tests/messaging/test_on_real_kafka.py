"""An event's whole way, with real acks, offsets and rebalances."""

import asyncio
import contextlib
import gc
import time
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher
from pantry.events import CropHarvested, CropSpoiled, Gift, PriceChanged
from written_records import record

from chassis import rebuild, subscription
from chassis.consuming import run_consumers
from chassis.readers import readers_of
from chassis.relay import run_relay
from chassis.testing import Broker, Wire, eventually

pytestmark = pytest.mark.connected

TOPICS = ("farm.crop.v1", "pantry.jar.v1")


@pytest.fixture
async def topics(kafka: Broker) -> Broker:
    await kafka.make(*TOPICS, "pantry.gift.v1.acme", "pantry.gift-result.v1.acme")
    await kafka.make("market.price.v1", "gateway.identity.v1", compacted=True)
    return kafka


def crops(first: int, last: int, keys: int = 5) -> list[Any]:
    return [
        record(CropHarvested(field=f"f{number % keys}", amount=number), f"crop-{number}")
        for number in range(first, last)
    ]


async def test_an_event_goes_all_the_way(live_pantry: Any, topics: Broker, together: Any) -> None:
    pantry = await live_pantry()
    await pantry.say(*(CropHarvested(field=f"f{number % 7}", amount=number) for number in range(100)))
    async with together(run_relay(pantry.runtime), run_consumers(pantry.runtime)):
        filled = await topics.read("pantry.jar.v1", at_least=100)
    assert await pantry.count("note") == 100
    assert len({each.header("ce_id") for each in filled}) == 100


async def test_a_binary_header_of_somebody_else_does_not_stop_the_consumer(
    live_pantry: Any, topics: Broker, together: Any
) -> None:
    key, value, headers = record(CropSpoiled(field="north"), "1")
    await topics.write("farm.crop.v1", [(key, value, [*headers, ("theirs", b"\xff\x00\xfe")])])
    await topics.write("farm.crop.v1", [(key, value, [("ce_id", b"\xff\xff"), *headers[2:]])])
    await topics.write("farm.crop.v1", [record(CropSpoiled(field="south"), "2")])
    pantry = await live_pantry()
    async with together(run_consumers(pantry.runtime)):

        async def both() -> bool:
            return await pantry.count("note") == 2 and await pantry.count("chassis.dead_letter") == 1

        await eventually(both)


async def test_a_restored_database_catches_up_by_itself(live_pantry: Any, topics: Broker, together: Any) -> None:
    """The broker's committed offsets are ahead of the restored database; they must not count."""
    pantry = await live_pantry()
    await topics.write("farm.crop.v1", crops(0, 60))
    async with together(run_consumers(pantry.runtime)):

        async def all_sixty() -> bool:
            return await pantry.count("note") == 60

        await eventually(all_sixty)
        before = await pantry.rows("SELECT * FROM chassis.consumer_offset WHERE consumer = 'crops'")
        await topics.write("farm.crop.v1", crops(60, 100))

        async def all_hundred() -> bool:
            return await pantry.count("note") == 100

        await eventually(all_hundred)
        await asyncio.sleep(1.5)  # until offsets have been committed to the broker, which happens once a second
        await topics.write("farm.crop.v1", crops(100, 101))

        async def one_more() -> bool:
            return await pantry.count("note") == 101

        await eventually(one_more)
    await pantry.rows("DELETE FROM note WHERE event_id NOT IN (SELECT 'crop-' || n FROM generate_series(0, 59) AS n)")
    await pantry.rows(
        "DELETE FROM chassis.inbox WHERE event_id NOT IN (SELECT 'crop-' || n FROM generate_series(0, 59) AS n)"
    )
    for row in before:
        await pantry.rows(
            "UPDATE chassis.consumer_offset SET next_offset = :at WHERE consumer = 'crops' AND partition = :partition",
            at=row["next_offset"], partition=row["partition"],
        )  # fmt: skip
    async with together(run_consumers(pantry.runtime)):
        await eventually(one_more)
    assert len(await pantry.rows("SELECT DISTINCT event_id FROM note")) == 101


async def test_a_stored_position_outside_the_log_stops_that_consumer_and_no_other(
    live_pantry: Any, topics: Broker, together: Any
) -> None:
    pantry = await live_pantry()
    await pantry.rows(
        "INSERT INTO chassis.consumer_offset VALUES ('crops', :topic, 0, 999)", topic=topics.prefix + TOPICS[0]
    )
    await topics.write("farm.crop.v1", crops(0, 10))
    await topics.write("market.price.v1", [record(PriceChanged(sku="A", amount=1), "p1")])
    async with together(run_consumers(pantry.runtime)):

        async def stopped() -> bool:
            return "position 999" in pantry.trouble("crops") and await pantry.count("price") == 1

        await eventually(stopped)
    assert await pantry.count("note") == 0


async def test_two_replicas_share_the_work_and_hand_it_over(live_pantry: Any, topics: Broker, together: Any) -> None:
    """Replicas come and go while events flow: each event has one effect, each key its order."""
    one, two = await live_pantry(instance="one"), await live_pantry(instance="two")
    total = 600
    async with together(run_consumers(one.runtime)) as first:
        await topics.write("farm.crop.v1", crops(0, 200))
        async with together(run_consumers(two.runtime)):
            await topics.write("farm.crop.v1", crops(200, 400))

            async def some() -> bool:
                return await one.count("note") > 200

            await eventually(some)
            first[0].cancel()
            await topics.write("farm.crop.v1", crops(400, total))

            async def everything() -> bool:
                return await one.count("note") == total

            await eventually(everything, within=60)
    rows = await one.rows("SELECT key, what FROM note ORDER BY id")
    for key in {row["key"] for row in rows}:
        amounts = [int(row["what"].split()[1]) for row in rows if row["key"] == key]
        assert amounts == sorted(amounts)
    assert await one.count("chassis.dead_letter") == 0


async def test_a_poisoned_key_waits_while_others_flow_and_goes_on_after_the_replay(
    live_pantry: Any, topics: Broker, together: Any
) -> None:
    from chassis import replays

    pantry = await live_pantry()
    await pantry.rows("INSERT INTO rule VALUES ('f0', 'never')")
    await topics.write("farm.crop.v1", crops(0, 50))
    async with together(run_consumers(pantry.runtime)):

        async def others_done() -> bool:
            return await pantry.count("note") == 40 and await pantry.count("chassis.dead_letter") == 10

        await eventually(others_done)
        await pantry.rows("DELETE FROM rule")
        await topics.write("farm.crop.v1", crops(50, 60))

        async def eight_more() -> bool:
            return await pantry.count("note") >= 48 and bool(
                await pantry.rows("SELECT 1 FROM chassis.consumer_offset HAVING sum(next_offset) = 60")
            )

        await eventually(eight_more)
        overtook = [row["what"] for row in await pantry.rows("SELECT what FROM note WHERE key = 'f0' ORDER BY id")]
        assert not overtook, f"overtook its key's poison: {overtook}"
        async with pantry.runtime.engine.begin() as connection:
            await replays.request(connection, "crops", "user:lan", error_class="Permanent")

        async def everything() -> bool:
            return await pantry.count("note") == 60

        await eventually(everything)
    rows = await pantry.rows("SELECT what FROM note WHERE key = 'f0' ORDER BY id")
    assert [int(row["what"].split()[1]) for row in rows] == list(range(0, 60, 5))
    assert await pantry.count("chassis.parked_key") == 0


async def test_a_partners_letter_is_answered_on_the_partners_topic(
    live_pantry: Any, topics: Broker, together: Any
) -> None:
    key, value, headers = record(Gift(name="plum", amount=3), "letter-1")
    await topics.write(
        "pantry.gift.v1.acme", [(key, value, headers), (b"k2", b"{}", [each for each in headers if each[0] != "ce_id"])]
    )
    pantry = await live_pantry()
    async with together(run_relay(pantry.runtime), run_consumers(pantry.runtime)):
        answers = await topics.read("pantry.gift-result.v1.acme", at_least=2)
    assert {(each.key, each.header("ce_id")) for each in answers if each.key == b"plum"} == {(b"plum", "letter-1")}


async def test_a_new_partners_topic_is_noticed_while_running(live_pantry: Any, topics: Broker, together: Any) -> None:
    pantry = await live_pantry()
    async with together(run_relay(pantry.runtime), run_consumers(pantry.runtime)):
        await topics.make("pantry.gift.v1.rival", "pantry.gift-result.v1.rival")
        await topics.write("pantry.gift.v1.rival", [record(Gift(name="pear", amount=3), "letter-2")])
        [answer] = await topics.read("pantry.gift-result.v1.rival", at_least=1, within=30)
    assert answer.header("ce_id") == "letter-2"


async def test_a_copy_is_rebuilt_while_it_is_in_use(live_pantry: Any, topics: Broker, together: Any) -> None:
    await topics.write(
        "market.price.v1", [record(PriceChanged(sku=f"S{number}", amount=number), f"p{number}") for number in range(30)]
    )
    pantry = await live_pantry()
    async with together(run_consumers(pantry.runtime)):

        async def copied() -> bool:
            return await pantry.count("price") == 30

        await eventually(copied)
        await pantry.rows("UPDATE price SET amount = -1")
        await pantry.rows("INSERT INTO price VALUES ('GONE', 1, '{}', 4)")
        async with pantry.runtime.engine.begin() as connection:
            await rebuild.request(connection, "prices", "user:lan")

        async def rebuilt() -> bool:
            state = (await pantry.rows("SELECT state FROM chassis.rebuild"))[0]["state"]
            return bool(state == "done")

        await eventually(rebuilt)
        assert {row["sku"]: row["amount"] for row in await pantry.rows("SELECT * FROM price")} == {
            f"S{number}": number for number in range(30)
        }
        await topics.write("market.price.v1", [record(PriceChanged(sku="S1", amount=77), "p77", 2)])

        async def newer() -> bool:
            return bool((await pantry.rows("SELECT amount FROM price WHERE sku = 'S1'"))[0]["amount"] == 77)

        await eventually(newer)


async def test_consumers_and_relay_start_without_kafka_and_catch_up(
    live_pantry: Any, topics: Broker, together: Any
) -> None:
    host, _, port = topics.access.bootstrap.partition(":")
    wire = Wire(host, int(port))
    await wire.mend()
    await wire.cut()
    pantry = await live_pantry(kafka_bootstrap=f"127.0.0.1:{wire.port}")
    await pantry.say(CropHarvested(field="north", amount=1))
    async with together(run_relay(pantry.runtime), run_consumers(pantry.runtime)):

        async def troubled() -> bool:
            return "Kafka" in pantry.trouble("relay") and "Kafka" in pantry.trouble("crops")

        await eventually(troubled)
        await wire.mend()

        async def handled() -> bool:
            return await pantry.count("note") == 1 and not pantry.runtime.progress.troubles()

        await eventually(handled, within=30)
    await wire.cut()


async def test_a_database_that_is_away_is_waited_for(
    live_pantry: Any, topics: Broker, together: Any, infra: Any, database_for: Any
) -> None:
    url = await database_for("pantry")
    wire = Wire(infra.postgres.host, infra.postgres.port)
    await wire.mend()
    behind = url.replace(f":{infra.postgres.port}/", f":{wire.port}/")
    pantry = await live_pantry(database_url=behind)
    aside = await live_pantry(database_url=url)
    await wire.cut()
    async with together(run_relay(pantry.runtime), run_consumers(pantry.runtime)):
        await topics.write("farm.crop.v1", crops(0, 20))

        async def cannot_even_begin() -> bool:
            return "PostgreSQL" in pantry.trouble("crops") and "PostgreSQL" in pantry.trouble("relay")

        await eventually(cannot_even_begin)
        await wire.mend()

        async def twenty() -> bool:
            return await aside.count("note") == 20

        await eventually(twenty)
        await wire.cut()
        await topics.write("farm.crop.v1", crops(20, 40))

        async def troubled() -> bool:
            return bool(pantry.trouble("crops"))

        await eventually(troubled)
        assert await aside.count("note") == 20
        await wire.mend()

        async def forty() -> bool:
            return await aside.count("note") == 40 and await aside.count("chassis.outbox") == 0

        await eventually(forty, within=40)
    assert await aside.count("chassis.dead_letter") == 0
    await wire.cut()


async def test_a_consumer_that_hangs_while_the_broker_has_records_is_unready_and_then_ends_its_process(
    live_pantry: Any, topics: Broker, together: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As aiokafka's does now and then after a broker's restart: it polls and gets nothing."""
    from aiokafka import AIOKafkaConsumer

    async def nothing(self: Any, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        await asyncio.sleep(0.1)
        return {}

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", nothing)
    pantry = await live_pantry(stuck_after=2)
    ended: list[str] = []
    pantry.runtime.end = ended.append
    async with together(run_consumers(pantry.runtime)):
        await asyncio.sleep(0)
        await topics.write("farm.crop.v1", crops(0, 3))

        async def unready() -> str | None:
            assert not ended
            return pantry.runtime.progress.activity("crops").stalled

        async def gave_up() -> bool:
            return bool(ended)

        assert (await eventually(unready, within=40) or "").startswith("3 records wait")
        assert "crops" in pantry.runtime.progress.troubles()
        await eventually(gave_up, within=40)
    assert "crops has not got on" in ended[0]


async def test_readers_to_whom_nothing_comes_ask_the_broker_rarely_and_hear_at_once(
    live_pantry: Any, topics: Broker, together: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    send = AIOKafkaClient.send

    async def counted(client: Any, node: Any, request: Any, **options: Any) -> Any:
        if "Fetch" in type(request).__name__:
            asked.append(time.monotonic())
        return await send(client, node, request, **options)

    monkeypatch.setattr(AIOKafkaClient, "send", counted)
    monkeypatch.setattr(subscription, "_IDLE_AFTER", 0.5)
    pantry = await live_pantry()
    readers = len(readers_of(pantry.runtime.service))
    async with together(run_consumers(pantry.runtime)):
        await topics.write("farm.crop.v1", crops(0, 1))

        async def handled(count: int) -> bool:
            return await pantry.count("note") == count

        await eventually(lambda: handled(1))

        async def calm() -> bool:
            """No more than three fetches of each reader in the last second; ten were possible."""
            now = time.monotonic()
            return now - asked[0] > 2 and sum(at > now - 1 for at in asked) <= 3 * readers

        await eventually(calm, within=20)
        await topics.write("farm.crop.v1", crops(1, 2))
        await eventually(lambda: handled(2))


@pytest.mark.slow
@pytest.mark.parametrize("closes", [True, False], ids=["and closes", "and does not even close"])
async def test_a_client_that_hangs_while_the_broker_answers_others_is_given_up(
    live_pantry: Any, topics: Broker, together: Any, monkeypatch: pytest.MonkeyPatch, closes: bool
) -> None:
    """A connection that closes in the wrong moment ends the task that keeps a client's metadata, without a word."""
    monkeypatch.setattr(subscription, "_ANSWERS_WITHIN", 1.0)
    monkeypatch.setattr(subscription, "_DEAF_AFTER", 1.0)
    pantry = await live_pantry(stuck_after=4)
    crop = pantry.runtime.progress.activity("crops")
    async with together(run_consumers(pantry.runtime)):
        await topics.write("farm.crop.v1", crops(0, 3))

        async def noted() -> bool:
            return await pantry.count("note") >= 3

        await eventually(noted)
        victims = [each for each in gc.get_objects() if isinstance(each, AIOKafkaClient) and each._sync_task]
        updates = AIOKafkaClient._metadata_update

        async def fails_for_them(self: AIOKafkaClient, *given: Any) -> Any:
            if self in victims:
                raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")
            return await updates(self, *given)

        async def loses_a_cancellation(self: Fetcher) -> None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
            await asyncio.sleep(3600)

        monkeypatch.setattr(AIOKafkaClient, "_metadata_update", fails_for_them)
        if not closes:
            monkeypatch.setattr(Fetcher, "close", loses_a_cancellation)

        async def said() -> bool:
            return crop.trouble is not None

        async def replaced() -> bool:
            return crop.trouble is None and all(each._sync_task is None for each in victims)

        await eventually(said, within=60)
        await eventually(replaced, within=60)
        assert not any(connection.connected() for each in victims for connection in each._conns.values())
        await topics.write("farm.crop.v1", crops(3, 6))

        async def the_rest() -> bool:
            return await pantry.count("note") == 6

        await eventually(the_rest)
