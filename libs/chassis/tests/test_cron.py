from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chassis import job
from chassis.cron import Cron, Every

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=SAIGON)  # a Monday


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 3 * * *", "2026-11-24 03:00"),
        ("0 11 * * *", "2026-11-24 11:00"),
        ("1 11 * * *", "2026-11-23 11:01"),
        ("*/15 * * * *", "2026-11-23 11:15"),
        ("5-10/5,50 11 * * *", "2026-11-23 11:05"),
        ("0 0 1 * *", "2026-12-01 00:00"),
        ("30 8 * * 1-5", "2026-11-24 08:30"),
        ("30 8 * * 0", "2026-11-29 08:30"),
        ("30 8 * * 7", "2026-11-29 08:30"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("0 0 31 * 0", "2026-11-29 00:00"),
        ("0 0 * 1 *", "2027-01-01 00:00"),
    ],
)
def test_a_cron_is_due_in_the_zone_of_the_business(text: str, due: str):
    found = Cron(text, SAIGON).checked().after(NOW)

    assert found.tzinfo == UTC
    assert found.astimezone(SAIGON).strftime("%Y-%m-%d %H:%M") == due


@pytest.mark.parametrize(
    "text",
    [
        "",
        "* * * *",
        "60 * * * *",
        "x * * * *",
        "* 24 * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
    ],
)
def test_what_is_no_cron_is_refused_when_it_is_declared(text: str):
    with pytest.raises(ValueError, match=r"cron|minute|hour|day|month"):
        job("x", cron=text)


def test_a_cron_that_never_comes_says_so():
    with pytest.raises(ValueError, match="never due"):
        Cron("0 0 31 2 *", SAIGON).after(NOW)


@pytest.mark.parametrize("every", [timedelta(0), timedelta(seconds=-1), timedelta(seconds=1.5)])
def test_an_interval_is_whole_seconds(every: timedelta):
    with pytest.raises(ValueError, match="whole seconds"):
        job("x", every=every)


def test_a_job_is_due_either_by_interval_or_by_cron():
    for wrong in ({}, {"every": timedelta(hours=1), "cron": "0 3 * * *"}):
        with pytest.raises(ValueError, match="either every or cron"):
            job("x", **wrong)


def test_every_replica_computes_the_same_due_times():
    hourly = Every(timedelta(hours=1))

    assert hourly.after(NOW + timedelta(minutes=5)) == hourly.after(NOW + timedelta(minutes=50))
    assert hourly.after(datetime(2026, 11, 23, 4, 0, tzinfo=UTC)) == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
