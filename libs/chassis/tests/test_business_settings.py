import asyncio
import time

import pytest
from shelf.main import ShelfSettings, service
from shelf.thresholds import capacity, locations, mood

from chassis import news, setting
from chassis.business_settings import SettingOutOfBounds, StoredSettings
from chassis.runtime import live
from chassis.testing import Harness
from contracts import Actor

ALL = {"settings:read", "settings:write", "things:write", "things:read", "audit:read"}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        *((capacity, value) for value in (0, 51, "3", 1.5, True, None)),
        *((locations, value) for value in ([], "KHO", [1])),
        (mood, "sad"),
    ],
)
def test_what_the_declaration_does_not_allow_is_refused(declared, value):
    with pytest.raises(SettingOutOfBounds):
        declared.checked(value)


@pytest.mark.parametrize(
    ("declared", "value"), [(capacity, 1), (capacity, 50), (locations, ["CH1", "KHO"]), (mood, "wild")]
)
def test_what_it_allows_is_taken_up_to_its_bounds(declared, value):
    assert declared.checked(value) == value


def test_a_default_outside_of_its_own_bounds_is_found_at_once():
    with pytest.raises(ValueError, match="the default of x is not allowed: 1 … 5 days"):
        setting("x", default=9, ge=1, le=5, unit="days", description="")


def test_a_stored_value_that_a_newer_declaration_refuses_counts_as_not_set():
    settings = StoredSettings([capacity])

    settings.learn({"shelf_capacity": 1000, "gone": 1})
    assert settings.value(capacity) == 3

    settings.learn({"shelf_capacity": 5})
    assert settings.value(capacity) == 5


def test_two_settings_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="same name"):
        StoredSettings([capacity, capacity])


@pytest.mark.connected
async def test_a_change_is_kept_with_its_reason_and_what_was_before(shelf: Harness):
    client = shelf.client(permissions=ALL, subject="dir", name="Giám đốc")

    changed = await client.patch("/settings/shelf_capacity", json={"value": 7, "reason": "Tết"})
    back = await client.patch("/settings/shelf_capacity", json={"value": None, "reason": "hết Tết"})
    shown = (await client.get("/settings/shelf_capacity")).json()
    trail = (await client.get("/audit?object_type=setting")).json()["items"]

    assert (changed.status_code, changed.json()["value"], back.json()["value"]) == (200, 7, 3)
    assert [(each["before"], each["value"], each["reason"], each["changed_by_name"]) for each in shown["history"]] == [
        (7, 3, "hết Tết", "Giám đốc"),
        (3, 7, "Tết", "Giám đốc"),
    ]
    assert (shown["version"], shown["allowed"], shown["default"]) == (2, "1 … 50 things", 3)
    assert (trail[0]["actor"], trail[0]["before"], trail[0]["after"]) == ("dir", {"value": 7}, {"value": 3})


@pytest.mark.connected
async def test_a_change_needs_the_right_a_reason_and_an_allowed_value(shelf: Harness):
    client = shelf.client(permissions=ALL)
    reader = shelf.client(permissions={"settings:read"})

    answers = [
        await reader.patch("/settings/shelf_capacity", json={"value": 7, "reason": "so"}),
        await client.patch("/settings/mood", json={"value": "wild", "reason": "so"}),
        await client.patch("/settings/shelf_capacity", json={"value": 51, "reason": "so"}),
        await client.patch("/settings/shelf_capacity", json={"value": 7, "reason": ""}),
        await client.patch("/settings/nothing", json={"value": 7, "reason": "so"}),
    ]

    assert [each.status_code for each in answers] == [403, 403, 422, 422, 404]
    assert answers[2].json()["errors"][0]["detail"] == "shelf_capacity takes 1 … 50 things."
    assert answers[2].json()["errors"][0]["pointer"] == "#/value"
    assert {each["value"] for each in (await reader.get("/settings")).json() if each["name"] != "locations"} == {
        3,
        "calm",
    }


@pytest.mark.connected
async def test_two_who_change_the_same_version_do_not_overwrite_each_other(shelf: Harness):
    client = shelf.client(permissions=ALL)

    answers = await asyncio.gather(
        *(
            client.patch("/settings/shelf_capacity", json={"value": value, "reason": "so"}, headers={"if-match": '"0"'})
            for value in (5, 6, 7)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


@pytest.mark.connected
async def test_a_second_process_sees_a_change_within_five_seconds(shelf: Harness):
    url = shelf.runtime.settings.database_url
    async with live(service, ShelfSettings(database_url=url)) as other, news.follow(other):
        await shelf.client(permissions=ALL).patch("/settings/shelf_capacity", json={"value": 1, "reason": "so"})
        begun = time.monotonic()
        while other.stored_settings.value(capacity) != 1:
            assert time.monotonic() - begun < 5
            await asyncio.sleep(0.02)
        async with other.transaction(Actor.system("test")) as uow:
            assert uow.setting(capacity) == 1


@pytest.mark.connected
async def test_a_changed_threshold_decides_the_next_request(shelf: Harness):
    client = shelf.client(permissions=ALL)
    await client.patch("/settings/shelf_capacity", json={"value": 1, "reason": "so"})
    await client.post("/things", json={"name": "a"})

    assert (await client.post("/things", json={"name": "b"})).status_code == 409


async def test_with_the_database_away_the_last_known_values_hold():
    async with live(service, ShelfSettings(database_url="postgresql://nobody@127.0.0.1:9/none")) as runtime:
        runtime.stored_settings.learn({"shelf_capacity": 9})
        async with news.follow(runtime):
            await asyncio.sleep(0.2)
            assert runtime.live_settings.value(capacity) == 9
