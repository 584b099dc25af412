from collections.abc import Awaitable, Callable

import pytest
from fastapi import APIRouter
from shelf.main import ShelfSettings, service
from sqlalchemy import text

from chassis.http import RouteWithoutPermission, make_app
from chassis.http.openapi import permission_of
from chassis.runtime import live
from chassis.security import signed_in
from chassis.service import Service
from chassis.testing import Harness
from chassis.unit_of_work import UnitOfWork
from contracts import Actor

WRITE = {"things:write", "things:read"}


@pytest.mark.connected
async def test_a_reading_transaction_cannot_write(shelf: Harness):
    with pytest.raises(Exception, match="read-only"):
        async with shelf.runtime.reading(Actor.system("test")) as uow:
            await uow.connection.execute(text("INSERT INTO trace (what) VALUES ('x')"))


async def test_a_route_without_a_permission_keeps_the_application_from_being_made():
    router = APIRouter()

    @router.get("/open")
    async def forgotten() -> str:
        return ""

    careless = Service(name="careless", settings=ShelfSettings, unit_of_work=UnitOfWork, routers=[router])
    async with live(careless) as runtime:
        with pytest.raises(RouteWithoutPermission, match="GET /open"):
            make_app(runtime)


async def test_the_document_names_the_permission_the_key_and_the_problem_of_every_route():
    async with live(service) as runtime:
        app = make_app(runtime)
    document = app.openapi()

    put, many = document["paths"]["/things"]["post"], document["paths"]["/things"]["get"]
    assert (put["x-permission"], many["x-permission"]) == ("things:write", "things:read")
    assert "Idempotency-Key" in {each["name"] for each in put["parameters"]}
    assert "parameters" not in many or "Idempotency-Key" not in {each["name"] for each in many["parameters"]}
    assert put["responses"].keys() == {"201", "400", "401", "403", "404", "408", "409", "413", "415", "422", "503"}
    assert many["responses"].keys() == {"200", "401", "403", "422", "503"}
    assert put["responses"]["409"] == {"$ref": "#/components/responses/Refused409"}
    conflict = document["components"]["responses"]["Refused409"]
    assert conflict["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    assert all("x-permission" in each for path in document["paths"].values() for each in path.values())
    assert document["components"]["schemas"]["ThingBody"]["properties"]["name"]["examples"] == ["jar"]


async def test_an_answer_leads_to_what_can_be_asked_next():
    async with live(service) as runtime:
        paths = make_app(runtime).openapi()["paths"]

    shown = paths["/things/{id}"]["get"]["operationId"]
    made, listed = paths["/things"]["post"]["responses"]["201"], paths["/things"]["get"]["responses"]["200"]
    assert made["links"][shown] == {"operationId": shown, "parameters": {"id": "$response.body#/id"}}
    assert listed["links"][shown]["parameters"] == {"id": "$response.body#/items/0/id"}
    assert all("links" not in answer for answer in paths["/settings"]["get"]["responses"].values())


async def test_a_schema_that_a_route_wrote_itself_is_found_where_callers_look():
    router = APIRouter(dependencies=[signed_in()])
    by_hand = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Jar", "$defs": {"Jar": {}}}}}}

    @router.post("/jars", openapi_extra={"requestBody": by_hand})
    async def put() -> None: ...

    declared = Service(name="shelf", settings=ShelfSettings, unit_of_work=UnitOfWork, routers=[router])
    async with live(declared) as runtime:
        document = make_app(runtime).openapi()
    assert "Jar" in document["components"]["schemas"]
    body = document["paths"]["/jars"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Jar"}


async def test_the_probes_need_no_token_and_stand_in_no_document():
    async with live(service) as runtime:
        app = make_app(runtime)
    probes = {
        route.path: permission_of(route) for route in app.routes if route.path.startswith(("/health", "/metrics"))
    }

    assert probes == {"/health/live": "public", "/health/ready": "public", "/metrics": "public"}
    assert not any(path.startswith("/health") for path in app.openapi()["paths"])


@pytest.mark.connected
async def test_a_reading_transaction_sees_one_moment_and_leaves_no_trace_on_its_connection(
    harness_for: Callable[..., Awaitable[Harness]],
):
    shelf = await harness_for(service)
    isolation = text("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
    count = text("SELECT count(*) FROM trace")
    async with shelf.runtime.reading(Actor.system("test")) as uow:
        assert tuple((await uow.connection.execute(isolation)).one()) == ("repeatable read", "on")
        before = await uow.connection.scalar(count)
        await shelf.rows("INSERT INTO trace (what) VALUES ('meanwhile')")
        assert await uow.connection.scalar(count) == before

    for _ in range(3):
        async with shelf.uow() as uow:
            assert tuple((await uow.connection.execute(isolation)).one()) == ("read committed", "off")


@pytest.mark.connected
async def test_what_is_only_audited_is_still_one_transaction(shelf: Harness):
    with pytest.raises(ZeroDivisionError):
        async with shelf.uow() as uow:
            uow.audit("try", "thing", 1)
            await uow.flush()
            raise ZeroDivisionError
    assert await shelf.rows("SELECT 1 FROM chassis.audit") == []

    async with shelf.uow() as uow:
        uow.audit("do", "thing", 1)
    assert len(await shelf.rows("SELECT 1 FROM chassis.audit")) == 1
