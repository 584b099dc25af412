import pytest

from chassis.http.versions import if_match
from chassis.refusals import Unprocessable
from chassis.testing import Harness

WRITE = {"things:write", "things:read"}


@pytest.mark.parametrize(("header", "version"), [(None, None), ("*", None), ('"3"', 3), ('W/"3"', 3)])
async def test_the_version_is_read_from_if_match(header: str | None, version: int | None):
    assert await if_match(header) == version


@pytest.mark.parametrize("header", ["3", '"x"', '""', '"-1"', '"99999999999999999999"', '"²"'])
async def test_what_is_no_version_is_refused(header: str):
    with pytest.raises(Unprocessable):
        await if_match(header)


@pytest.mark.connected
async def test_who_read_version_1_does_not_overwrite_version_2(shelf: Harness):
    client = shelf.client(permissions=WRITE)
    made = await client.post("/things", json={"name": "jar"})
    id = made.json()["id"]
    await client.patch(f"/things/{id}", json={"name": "cup"}, headers={"if-match": made.headers["etag"]})

    stale = await client.patch(f"/things/{id}", json={"name": "pot"}, headers={"if-match": made.headers["etag"]})
    without = await client.patch(f"/things/{id}", json={"name": "pot"})

    assert (stale.status_code, stale.json()["code"], stale.headers["etag"]) == (412, "stale-version", '"2"')
    assert (without.status_code, without.json()["code"]) == (428, "version-missing")
    assert (await client.get(f"/things/{id}")).json()["name"] == "cup"
