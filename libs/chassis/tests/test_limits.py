import asyncio
import json
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from sqlalchemy import event

from chassis.database import make_engine
from chassis.limits import RateLimit, StrictCount
from chassis.refusals import TooMany
from chassis.settings import ServiceSettings
from chassis.testing import Harness

pytestmark = pytest.mark.connected

SPENDER = """
import asyncio, sys
from chassis.database import make_engine
from chassis.limits import RateLimit
from chassis.refusals import TooMany
from chassis.settings import ServiceSettings

async def main():
    engine = make_engine(ServiceSettings(database_url=sys.argv[1]))
    limit, done = RateLimit(engine, "calls", per_second=5, burst=60), 0
    for _ in range(200):
        try:
            await limit.spend("an")
        except TooMany:
            await asyncio.sleep(0.001)
        else:
            done += 1
    print(done)

asyncio.run(main())
"""


async def spent(limit: RateLimit, who: str, calls: int) -> int:
    done = 0
    for _ in range(calls):
        try:
            await limit.spend(who)
        except TooMany:
            continue
        done += 1
    return done


async def test_a_caller_gets_its_burst_and_is_then_told_when_to_come_back(shelf: Harness):
    limit = RateLimit(shelf.runtime.engine, "calls", per_second=0.2, burst=10)

    begun = time.monotonic()
    assert 10 <= await spent(limit, "an", 50) <= 11 + 0.2 * (time.monotonic() - begun)
    with pytest.raises(TooMany) as caught:
        await limit.spend("an")
    assert 1 <= int(caught.value.headers["Retry-After"]) <= 6
    assert await spent(limit, "binh", 5) == 5


async def test_a_bucket_refills_with_time(shelf: Harness):
    limit = RateLimit(shelf.runtime.engine, "calls", per_second=20, burst=5)
    await spent(limit, "an", 20)
    begun = time.monotonic()

    await asyncio.sleep(0.3)

    assert 4 <= await spent(limit, "an", 20) <= 5 + 20 * (time.monotonic() - begun)


async def test_many_calls_cost_one_trip_per_hundred(shelf: Harness):
    limit = RateLimit(shelf.runtime.engine, "calls", per_second=100, burst=1000)
    trips: list[str] = []
    event.listen(shelf.runtime.engine.sync_engine, "before_cursor_execute", lambda *given: trips.append(given[2]))

    assert await spent(limit, "an", 500) == 500

    assert len(trips) <= 7


async def test_two_processes_share_one_bucket(shelf: Harness):
    begun = time.monotonic()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SPENDER, shelf.runtime.settings.database_url, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    done = [json.loads((await process.communicate())[0]) for process in processes]

    assert 60 <= sum(done) <= 60 + 5 * (time.monotonic() - begun) + 1


async def test_tokens_that_were_not_spent_are_given_back(shelf: Harness):
    one = RateLimit(shelf.runtime.engine, "calls", per_second=0.01, burst=40)
    await one.spend("an")
    assert (await shelf.rows("SELECT level FROM chassis.rate_limit"))[0]["level"] == pytest.approx(30, abs=0.1)

    await asyncio.sleep(1.1)
    await one.spend("an")

    assert (await shelf.rows("SELECT level FROM chassis.rate_limit"))[0]["level"] == pytest.approx(29, abs=0.1)


async def test_with_the_database_away_nobody_is_refused_for_it():
    engine = make_engine(ServiceSettings(database_url="postgresql://nobody@127.0.0.1:9/none"))
    limit = RateLimit(engine, "calls", per_second=10, burst=10)

    assert await spent(limit, "an", 5) == 5


async def test_the_sixth_attempt_is_refused_even_if_all_come_at_once(shelf: Harness):
    logins = StrictCount(shelf.runtime.engine, "login", most=5, within=timedelta(minutes=15), code="too-many-logins")

    results = await asyncio.gather(*(logins.attempt("an") for _ in range(12)), return_exceptions=True)

    refused = [each for each in results if isinstance(each, TooMany)]
    assert len(refused) == 7
    assert {each.code for each in refused} == {"too-many-logins"}
    assert 890 <= int(refused[0].headers["Retry-After"]) <= 901
    await logins.attempt("binh")


async def test_a_right_attempt_forgives_and_time_does_too(shelf: Harness):
    logins = StrictCount(shelf.runtime.engine, "login", most=1, within=timedelta(minutes=15))
    await logins.attempt("an")
    await logins.forgive("an")
    await logins.attempt("an")
    with pytest.raises(TooMany):
        await logins.attempt("an")

    await shelf.rows("UPDATE chassis.strict_count SET since = since - interval '15 minutes'")

    await logins.attempt("an")
