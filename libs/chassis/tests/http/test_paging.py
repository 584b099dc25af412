from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chassis.http import Cursor, Page
from chassis.refusals import Unprocessable
from chassis.testing import Harness

WRITE = {"things:write", "things:read"}


def test_a_cursor_carries_every_kind_of_key():
    key = (datetime(2026, 11, 22, 8, tzinfo=UTC), date(2026, 11, 22), UUID(int=7), "Trà ướp", 5, None)

    assert Cursor.decode(Cursor.encode(key)) == key


@pytest.mark.parametrize(
    "text", ["", "abc", "e30", "W3sidSI6MX1d", "W3sidCI6IjIwMjYtMTEtMjIifV0", "!!", "WzEuNV0", "W1tdXQ"]
)
def test_text_that_is_no_cursor_is_refused(text: str):
    with pytest.raises(Unprocessable):
        Cursor.decode(text)


@pytest.mark.parametrize("key", [("x",), (5,), (None,), (), (UUID(int=1), UUID(int=2))])
def test_the_cursor_of_another_list_is_refused(key: tuple[object, ...]):
    with pytest.raises(Unprocessable):
        Page(after=key).begins_after(UUID)


def test_a_page_begins_after_the_key_its_list_is_sorted_by():
    moment = datetime(2026, 11, 22, 8, tzinfo=UTC)

    assert Page().begins_after(UUID) is None
    assert Page(after=(UUID(int=1),)).begins_after(UUID) == UUID(int=1)
    assert Page(after=(moment, UUID(int=1))).begins_after(datetime, UUID) == (moment, UUID(int=1))


def test_the_row_too_many_says_only_that_there_is_more():
    page = Page(limit=2)

    listed = page.of([1, 2, 3], key=lambda row: (row,))

    assert listed["items"] == [1, 2]
    assert listed["next"] is not None
    assert Cursor.decode(listed["next"]) == (2,)
    assert page.of([1, 2], key=lambda row: (row,))["next"] is None


@pytest.mark.connected
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    made = [(await client.post("/things", json={"name": str(n), "store": f"CH{n}"})).json()["id"] for n in range(5)]
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = (await client.get(f"/things?limit=2{'&cursor=' + cursor if cursor else ''}")).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]

    assert seen == made


@pytest.mark.connected
@pytest.mark.parametrize(
    ("query", "pointer"), [("limit=0", "query:limit"), ("limit=201", "query:limit"), ("cursor=x", "query:cursor")]
)
async def test_a_page_that_cannot_be_is_refused(shelf: Harness, query: str, pointer: str):
    answer = await shelf.client(permissions=WRITE).get(f"/things?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
