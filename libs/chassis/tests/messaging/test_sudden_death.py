"""A process that ends at the worst moment loses nothing and doubles nothing: the next one goes on."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pantry.events import CropHarvested
from written_records import harvest

from chassis.consuming import run_consumers
from chassis.relay import run_relay
from chassis.testing import Broker, eventually

pytestmark = [pytest.mark.connected, pytest.mark.slow]

SUPPORT = Path(__file__).parents[1] / "support"


async def dies(pantry: Any, kafka: Broker, point: str, role: str) -> None:
    """Run a role in a process of its own until it dies at the point."""
    settings = pantry.runtime.settings
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(SUPPORT), *(each for each in sys.path if each)]),
        "PANTRY_DATABASE_URL": settings.database_url,
        **{f"PANTRY_{name.upper()}": str(value) for name, value in kafka.settings.items() if value is not None},
        "PANTRY_LEASE_TIME": "2",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SUPPORT / "dying.py"), point, role, env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), 120)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"{point} was not reached") from None
    assert process.returncode == 9, said.decode()


@pytest.mark.parametrize(
    ("point", "role"),
    [
        ("effects-before-commit", "consume"),
        ("commit-before-wake", "consume"),
        ("effects-before-offset-commit", "consume"),
        ("dead-letter-before-commit", "consume"),
        ("send-before-delete", "relay"),
        ("ack-before-delete", "relay"),
    ],
)
async def test_every_event_has_its_effect_once_and_in_order(
    live_pantry: Any, kafka: Broker, together: Any, point: str, role: str
) -> None:
    await kafka.make("farm.crop.v1", "pantry.jar.v1")
    await kafka.make("market.price.v1", "gateway.identity.v1", compacted=True)
    pantry = await live_pantry(lease_time=2)
    await pantry.rows("INSERT INTO rule VALUES ('poison', 'never')")
    await pantry.say(*(CropHarvested(field=f"f{number % 4}", amount=number) for number in range(30)))
    await pantry.say(CropHarvested(field="poison", amount=0), CropHarvested(field="poison", amount=1))
    if role == "relay":
        await dies(pantry, kafka, point, "relay")
    async with together(run_relay(pantry.runtime)):
        await kafka.read("farm.crop.v1", at_least=32)
        if role == "consume":
            await dies(pantry, kafka, point, "consume")
        async with together(run_consumers(pantry.runtime)):

            async def all_quiet() -> bool:
                done = await pantry.count("note") >= 30 and await pantry.count("chassis.dead_letter") == 2
                return done and await pantry.count("chassis.outbox") == 0

            await eventually(all_quiet, within=60)
    rows = await pantry.rows("SELECT key, what, event_id FROM note ORDER BY id")
    assert len(rows) == len({row["event_id"] for row in rows}) == 30
    for field in range(4):
        amounts = [int(row["what"].split()[1]) for row in rows if row["key"] == f"f{field}"]
        assert amounts == sorted(amounts)
    said = await kafka.read("pantry.jar.v1", at_least=30)
    first = {each.header("ce_id"): each for each in reversed(said)}
    assert len(first) == 30
    for field in range(4):
        mine = sorted(
            (each for each in first.values() if each.key == f"f{field}".encode()), key=lambda each: each.offset
        )
        numbers = [int(each.header("ce_sequence") or 0) for each in mine]
        assert numbers == list(range(1, len(numbers) + 1))
    states = [row["state"] for row in await pantry.rows("SELECT state FROM chassis.dead_letter ORDER BY place")]
    assert states == ["failed", "waiting"]


async def test_what_a_dead_consumer_had_in_hand_is_handled_by_the_next(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    await kafka.make("farm.crop.v1", "pantry.jar.v1", partitions=1)
    await kafka.make("market.price.v1", "gateway.identity.v1", compacted=True)
    pantry = await live_pantry()
    await kafka.write("farm.crop.v1", [harvest(f"crop-{number}") for number in range(9)])
    await dies(pantry, kafka, "effects-before-commit", "consume")
    assert await pantry.count("note") == 0
    async with together(run_consumers(pantry.runtime)):
        await kafka.write("farm.crop.v1", [harvest("the-last")])

        async def the_last() -> bool:
            return bool(await pantry.rows("SELECT 1 FROM note WHERE event_id = 'the-last'"))

        await eventually(the_last, within=60)
    handled = {row["event_id"] for row in await pantry.rows("SELECT event_id FROM note")}
    lost = [f"crop-{number}" for number in range(9) if f"crop-{number}" not in handled]
    assert not lost, f"lost: {lost}"


async def test_what_a_dead_relay_had_in_hand_is_sent_by_the_next(
    live_pantry: Any, kafka: Broker, together: Any
) -> None:
    await kafka.make("farm.crop.v1", partitions=1)
    pantry = await live_pantry(lease_time=2)
    await pantry.say(*(CropHarvested(field="north", amount=number) for number in range(9)))
    await dies(pantry, kafka, "send-before-delete", "relay")
    await pantry.say(CropHarvested(field="north", amount=9))
    async with together(run_relay(pantry.runtime)):

        async def emptied() -> bool:
            return bool(await pantry.count("chassis.outbox") == 0)

        await eventually(emptied, within=60)
    sent = {CropHarvested.model_validate_json(each.value or b"").amount for each in await kafka.read("farm.crop.v1")}
    lost = [number for number in range(10) if number not in sent]
    assert not lost, f"lost: {lost}"


async def test_a_replay_that_died_is_carried_out_by_the_next(live_pantry: Any, kafka: Broker, together: Any) -> None:
    from chassis import replays

    await kafka.make("farm.crop.v1", "pantry.jar.v1")
    await kafka.make("market.price.v1", "gateway.identity.v1", compacted=True)
    pantry = await live_pantry()
    await pantry.rows("INSERT INTO rule VALUES ('poison', 'never')")
    await pantry.say(*(CropHarvested(field="poison", amount=number) for number in range(3)))
    async with together(run_relay(pantry.runtime), run_consumers(pantry.runtime)):

        async def on_the_desk() -> bool:
            return bool(await pantry.count("chassis.dead_letter") == 3)

        await eventually(on_the_desk)
    await pantry.rows("DELETE FROM rule")
    async with pantry.runtime.engine.begin() as connection:
        await replays.request(connection, "crops", "user:lan", error_class="Permanent")
    await dies(pantry, kafka, "replay-before-commit", "consume")
    assert await pantry.count("note") == 0
    await pantry.rows("UPDATE chassis.replay SET leased_until = '-infinity'")
    async with together(run_consumers(pantry.runtime)):

        async def replayed() -> bool:
            return bool(await pantry.count("note") == 3)

        await eventually(replayed)
    assert [row["what"] for row in await pantry.rows("SELECT what FROM note ORDER BY id")] == [
        "harvested 0", "harvested 1", "harvested 2",
    ]  # fmt: skip
