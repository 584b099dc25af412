import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shelf.main import ShelfSettings, service
from sqlalchemy import text

from chassis import JobRun, Service, housekeeping, job
from chassis.job_lease import LeaseLost
from chassis.runtime import Runtime, live
from chassis.schedule import run_schedule
from chassis.testing import Harness
from chassis.testing.stand_ins import SetClock

pytestmark = pytest.mark.connected

RIGHTS = {"jobs:read", "jobs:write", "things:write", "things:read", "audit:read"}
SOON = 60


async def until(condition: Callable[[], Any], within: float = SOON) -> Any:
    deadline = asyncio.get_running_loop().time() + within
    while not (found := await condition()):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)
    return found


@asynccontextmanager
async def replica(shelf: Harness, name: str, jobs, clock: SetClock) -> AsyncIterator[Runtime]:
    """Another process's schedule, as far as the database can tell."""
    declared = Service(name="shelf", settings=ShelfSettings, unit_of_work=service.unit_of_work, jobs=jobs)
    settings = ShelfSettings(
        database_url=shelf.runtime.settings.database_url, instance=name, lease_time=1.5, pool_size=4
    )
    async with live(declared, settings) as runtime:
        runtime.clock = clock
        task = asyncio.create_task(run_schedule(runtime))
        try:
            yield runtime
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def noting(name: str, seconds: float = 0.0, **timing: Any):
    @job(name, **(timing or {"every": timedelta(hours=1)}))
    async def note(run: JobRun) -> None:
        """Leaves a trace."""
        async with run.transaction() as uow:
            await uow.connection.execute(text("INSERT INTO trace (what) VALUES (:what)"), {"what": name})
        await asyncio.sleep(seconds)

    return note


def a_clock(moment: str = "2026-11-23T04:30:00+00:00") -> SetClock:
    clock = SetClock()
    clock.moment = datetime.fromisoformat(moment)
    return clock


async def runs(shelf: Harness, name: str, state: str | None = None) -> list[Any]:
    found = await shelf.rows("SELECT * FROM chassis.job_run WHERE job = :name ORDER BY started_at", name=name)
    return [each for each in found if state is None or each["state"] == state]


async def known(shelf: Harness, name: str) -> bool:
    return bool(await shelf.rows("SELECT 1 FROM chassis.job WHERE name = :name", name=name))


async def test_a_due_job_runs_once_across_two_replicas(shelf: Harness):
    clock = a_clock()
    job_of_both = noting("tidy")
    async with replica(shelf, "a", [job_of_both], clock), replica(shelf, "b", [job_of_both], clock):
        await until(lambda: known(shelf, "tidy"))
        await asyncio.sleep(1.2)
        assert await runs(shelf, "tidy") == []

        for hour in (5, 6, 7):
            clock.moment = datetime(2026, 11, 23, hour, 0, tzinfo=UTC)
            await until(lambda hour=hour: _ended(shelf, "tidy", hour - 4))

        await asyncio.sleep(1.2)
    found = await runs(shelf, "tidy", "done")
    assert [each["due_at"].hour for each in found] == [5, 6, 7]
    assert len(await shelf.rows("SELECT 1 FROM trace")) == 3


async def _ended(shelf: Harness, name: str, count: int) -> bool:
    return len(await runs(shelf, name, "done")) >= count


async def test_due_times_that_passed_unseen_are_made_up_for_by_one_run(shelf: Harness):
    clock = a_clock()
    async with replica(shelf, "a", [noting("tidy")], clock):
        await until(lambda: known(shelf, "tidy"))
        clock.moment = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
        await until(lambda: _ended(shelf, "tidy", 1))
        await asyncio.sleep(1.2)

    assert len(await runs(shelf, "tidy")) == 1


async def test_a_business_clock_that_is_set_back_does_not_stop_a_job(shelf: Harness):
    clock = a_clock("2027-06-01T00:30:00+00:00")
    async with replica(shelf, "a", [noting("tidy")], clock):
        await until(lambda: known(shelf, "tidy"))
        clock.moment = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
        await asyncio.sleep(1.2)
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await until(lambda: _ended(shelf, "tidy", 1))


async def test_a_due_time_that_comes_again_after_the_clock_was_set_back_is_passed_over(shelf: Harness):
    clock = a_clock()
    async with replica(shelf, "a", [noting("tidy")], clock):
        await until(lambda: known(shelf, "tidy"))
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await until(lambda: _ended(shelf, "tidy", 1))
        clock.moment = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
        await until(lambda: _due(shelf, "tidy", 5))
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await until(lambda: _due(shelf, "tidy", 6))
        clock.moment = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
        await until(lambda: _ended(shelf, "tidy", 2))
    assert [each["due_at"].hour for each in await runs(shelf, "tidy")] == [5, 6]


async def _due(shelf: Harness, name: str, hour: int) -> bool:
    (row,) = await shelf.rows("SELECT next_due FROM chassis.job WHERE name = :name", name=name)
    return bool(row["next_due"].astimezone(UTC).hour == hour)


async def test_a_run_whose_process_died_goes_on_where_it_was(shelf: Harness):
    client = shelf.client(permissions=RIGHTS)
    for name in ("a", "b", "c"):
        await client.post("/things", json={"name": name})
    clock = a_clock()
    stop = asyncio.Event()

    def aging(waits: bool):
        @job("age", every=timedelta(hours=1))
        async def age(run: JobRun) -> None:
            while True:
                async with run.transaction() as uow:
                    last = run.position or "00000000-0000-0000-0000-000000000000"
                    changed = await uow.connection.execute(
                        text(
                            "UPDATE thing SET age = age + 1 WHERE id = "
                            "(SELECT id FROM thing WHERE id > :last ORDER BY id LIMIT 1) RETURNING id"
                        ),
                        {"last": last},
                    )
                    if (next_one := changed.scalar()) is None:
                        return
                    run.position = str(next_one)
                if waits:
                    stop.set()
                    await asyncio.sleep(60)

        return age

    async with replica(shelf, "a", [aging(waits=True)], clock):
        await until(lambda: known(shelf, "age"))
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await asyncio.wait_for(stop.wait(), SOON)
        (begun,) = await runs(shelf, "age", "running")
    async with replica(shelf, "b", [aging(waits=False)], clock):
        await until(lambda: _ended(shelf, "age", 1))

    (ended,) = await runs(shelf, "age")
    assert (ended["id"], ended["attempts"]) == (begun["id"], 2)
    assert [each["age"] for each in await shelf.rows("SELECT age FROM thing")] == [1, 1, 1]


async def test_who_lost_the_lease_commits_nothing_more(shelf: Harness):
    clock = a_clock()
    refused = asyncio.Event()
    started = asyncio.Event()

    @job("slow", every=timedelta(hours=1))
    async def slow(run: JobRun) -> None:
        started.set()
        try:
            async with run.transaction() as uow:
                await uow.connection.execute(text("INSERT INTO trace (what) VALUES ('late')"))
                async with run._runtime.engine.begin() as thief:
                    await thief.execute(
                        text("UPDATE chassis.job SET epoch = epoch + 1, owner = 'thief' WHERE name = 'slow'")
                    )
        except LeaseLost:
            refused.set()
            raise

    async with replica(shelf, "a", [slow], clock):
        await until(lambda: known(shelf, "slow"))
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await asyncio.wait_for(refused.wait(), SOON)

    assert await shelf.rows("SELECT 1 FROM trace") == []


async def test_a_job_longer_than_its_lease_keeps_it(shelf: Harness):
    clock = a_clock()
    long = noting("long", seconds=4)
    async with replica(shelf, "a", [long], clock), replica(shelf, "b", [long], clock):
        await until(lambda: known(shelf, "long"))
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await until(lambda: _ended(shelf, "long", 1))

    (only,) = await runs(shelf, "long")
    assert only["attempts"] == 1


async def test_a_failing_job_says_why_and_is_due_again(shelf: Harness):
    clock = a_clock()

    @job("never-well", every=timedelta(hours=1))
    async def never_well(run: JobRun) -> None:
        """Fails."""
        raise ValueError("not today")

    async with replica(shelf, "a", [never_well], clock):
        await until(lambda: known(shelf, "never-well"))
        for hour in (5, 6):
            clock.moment = datetime(2026, 11, 23, hour, 0, tzinfo=UTC)
            await until(lambda hour=hour: _failed(shelf, hour - 4))

    assert {each["error"] for each in await runs(shelf, "never-well")} == {"ValueError: not today"}


async def _failed(shelf: Harness, count: int) -> bool:
    return len(await runs(shelf, "never-well", "failed")) >= count


async def test_a_run_that_the_database_failed_goes_on_by_itself(shelf: Harness):
    clock = a_clock()
    fails = iter([True, True, False])

    @job("unlucky", every=timedelta(hours=1))
    async def unlucky(run: JobRun) -> None:
        if next(fails):
            raise ConnectionResetError("the server closed the connection")

    async with replica(shelf, "a", [unlucky], clock):
        await until(lambda: known(shelf, "unlucky"))
        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        await until(lambda: _ended(shelf, "unlucky", 1))

    (only,) = await runs(shelf, "unlucky")
    assert (only["attempts"], only["error"]) == (3, None)


async def test_a_run_that_kills_its_process_every_time_is_given_up(shelf: Harness):
    clock = a_clock()
    async with replica(shelf, "a", [noting("deadly")], clock):
        await until(lambda: known(shelf, "deadly"))
    await shelf.rows(
        "WITH run AS (INSERT INTO chassis.job_run (id, job, due_at, started_by, state, attempts) "
        "VALUES (gen_random_uuid(), 'deadly', now(), 'a', 'running', 5) RETURNING id) "
        "UPDATE chassis.job SET run_id = (SELECT id FROM run), owner = 'dead', epoch = 9 WHERE name = 'deadly'"
    )

    async with replica(shelf, "b", [noting("deadly")], clock):
        await until(lambda: _given_up(shelf))

    assert await shelf.rows("SELECT 1 FROM trace") == []


async def _given_up(shelf: Harness) -> bool:
    return len(await runs(shelf, "deadly", "failed")) == 1


async def test_a_job_started_by_hand_runs_besides_its_due_times(shelf: Harness):
    client = shelf.client(permissions=RIGHTS, subject="an")
    asked = await client.post("/jobs/age/run")
    twice = await client.post("/jobs/age/run")
    assert (asked.status_code, asked.json()["state"]) == (202, "requested")
    assert (twice.status_code, twice.json()["code"]) == (409, "job-running")

    async with replica(shelf, "a", service.jobs, a_clock()):
        await until(lambda: _ended(shelf, "age", 1))
    shown = {each["name"]: each for each in (await client.get("/jobs")).json()}
    history = (await client.get("/jobs/age/runs")).json()

    assert shown["age"]["state"] == "idle"
    assert shown["age"]["last_run"]["state"] == "done"
    assert shown["age"]["last_run"]["started_by"] == "user:an"
    assert shown["age"]["timing"] == "every 1:00:00"
    assert shown["never-well"]["timing"] == "cron 0 3 * * *"
    assert "housekeeping" in shown
    assert len(history) == 1
    assert (await client.post("/jobs/nothing/run")).status_code == 404
    assert (await shelf.client(permissions={"jobs:read"}).post("/jobs/age/run")).status_code == 403


async def test_housekeeping_forgets_what_has_been_kept_long_enough(shelf: Harness):
    client = shelf.client(permissions=RIGHTS)
    for key in ("old", "young"):
        await client.post("/things", json={"name": key}, headers={"idempotency-key": key})
    await shelf.rows("UPDATE chassis.idempotency SET created_at = now() - interval '73 hours' WHERE key = 'old'")
    await client.post("/jobs/housekeeping/run")

    async with replica(shelf, "a", [], a_clock()):
        await until(lambda: _ended(shelf, "housekeeping", 1))

    assert [each["key"] for each in await shelf.rows("SELECT key FROM chassis.idempotency")] == ["young"]


async def test_housekeeping_deletes_any_number_in_bounded_pieces_and_leaves_what_is_young(
    shelf: Harness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(housekeeping, "STEP", 10)
    client = shelf.client(permissions=RIGHTS)
    for table, columns, values in (
        ("idempotency", "subject, method, route, key, fingerprint, status, headers, body, created_at",
         "'an', 'POST', '/things', n::text, '', 201, '{}', '', now() - n * interval '7 hours'"),
        ("inbox", "consumer, event_id, handled_at", "'c', n::text, now() - n * interval '2 days'"),
        ("audit", "at, actor_kind, actor, origin, action, object_type, object_id",
         "now() - (60 - n) * interval '40 days', 'user', 'an', '', 'aged', 'thing', n::text"),
    ):  # fmt: skip
        await shelf.rows(f"INSERT INTO chassis.{table} ({columns}) SELECT {values} FROM generate_series(1, 60) n")
    await client.post("/jobs/housekeeping/run")

    async with replica(shelf, "a", [], a_clock()):
        await until(lambda: _ended(shelf, "housekeeping", 1))

    left = {
        table: (await shelf.rows(f"SELECT count(*) AS n FROM chassis.{table}{where}"))[0]["n"]
        for table, where in (("idempotency", ""), ("inbox", ""), ("audit", " WHERE action = 'aged'"))
    }
    assert left == {"idempotency": 10, "inbox": 14, "audit": 19}


async def test_a_step_is_repeated_in_transactions_of_its_own_until_it_does_nothing(shelf: Harness):
    left, transactions = [2, 2, 1, 0], set()

    async def step(uow: Any) -> int:
        transactions.add((await uow.connection.execute(text("SELECT pg_current_xact_id()::text"))).scalar())
        return left.pop(0)

    @job("piecemeal", every=timedelta(days=1))
    async def piecemeal(run: JobRun) -> None:
        await run.repeat(step)

    await shelf.runs(piecemeal)
    assert (left, len(transactions)) == ([], 4)
    assert [row["done"] for row in await shelf.rows("SELECT done FROM chassis.job_run WHERE job = 'piecemeal'")] == [5]


async def test_the_schedule_waits_for_a_database_that_is_away():
    away = ShelfSettings(database_url="postgresql://nobody@127.0.0.1:9/none")
    async with live(service, away) as runtime:
        task = asyncio.create_task(run_schedule(runtime))
        await asyncio.sleep(0.3)
        assert not task.done()
        assert "schedule" in runtime.progress.troubles()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
