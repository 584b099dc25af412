import asyncpg
import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from shelf.main import ShelfSettings
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from chassis.http import make_app
from chassis.http.databases import must_be_repeated, refusal_for
from chassis.http.health import ProbeApp
from chassis.runtime import Runtime, live
from chassis.security import public, signed_in
from chassis.service import Service
from chassis.unit_of_work import UnitOfWork

AWAY = ShelfSettings(database_url="postgresql://nobody@127.0.0.1:9/none")


def asking(app) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://shelf")


async def test_a_service_may_add_what_is_no_router_and_hold_what_it_needs_while_it_serves():
    happened: list[str] = []

    def extend(app: FastAPI, runtime: Runtime) -> None:
        app.router.routes.append(Route("/page", lambda request: PlainTextResponse("page")))

    class Held:
        def __init__(self, app: FastAPI, runtime: Runtime) -> None:
            self.name = runtime.service.name

        async def __aenter__(self) -> None:
            happened.append(f"{self.name} begins")

        async def __aexit__(self, *error: object) -> None:
            happened.append(f"{self.name} ends")

    service = Service(name="shelf", settings=ShelfSettings, unit_of_work=UnitOfWork, extend=extend, lifespan=Held)
    async with live(service, AWAY) as runtime:
        app = make_app(runtime)
        async with app.router.lifespan_context(app), asking(app) as client:
            assert (await client.get("/page")).text == "page"
            assert happened == ["shelf begins"]
    assert happened == ["shelf begins", "shelf ends"]


async def test_a_router_holds_nothing_but_declared_routes():
    router = APIRouter()
    router.routes.append(Route("/page", lambda request: PlainTextResponse("")))
    async with live(
        Service(name="shelf", settings=ShelfSettings, unit_of_work=UnitOfWork, routers=[router])
    ) as runtime:
        with pytest.raises(TypeError, match="/page"):
            make_app(runtime)


async def test_nested_routers_keep_their_prefixes_and_requirements():
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer", dependencies=[signed_in()])

    @inner.get("/one")
    async def one() -> str:
        return "1"

    @outer.get("/open", dependencies=[public()])
    async def unlocked() -> str:
        return "2"

    outer.include_router(inner)
    async with live(Service(name="shelf", settings=ShelfSettings, unit_of_work=UnitOfWork, routers=[outer])) as runtime:
        app = make_app(runtime)
        async with asking(app) as client:
            assert (await client.get("/outer/inner/one")).status_code == 401
        assert app.openapi()["paths"]["/outer/inner/one"]["get"]["x-permission"] == "signed-in"


async def test_a_wrong_method_names_every_right_one_of_the_path():
    router = APIRouter(prefix="/jars", dependencies=[public()])

    @router.get("/{name}")
    async def show(name: str) -> str:
        return name

    @router.put("/{name}")
    async def put(name: str) -> str:
        return name

    declared = Service(name="shelf", settings=ShelfSettings, unit_of_work=UnitOfWork, routers=[router])
    async with live(declared) as runtime, asking(make_app(runtime)) as client:
        answer = await client.post("/jars/1")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, PUT")


async def test_a_role_without_routes_serves_its_probes_and_nothing_else():
    service = Service(name="shelf", settings=ShelfSettings, unit_of_work=UnitOfWork)
    async with live(service, AWAY, "relay") as runtime, asking(ProbeApp(runtime, lambda: {"relay": 2})) as client:
        answers = {path: await client.get(path) for path in ("/health/live", "/health/ready", "/metrics", "/settings")}

    assert [answer.status_code for answer in answers.values()] == [200, 503, 200, 404]
    assert answers["/health/ready"].json()["restarts"] == {"relay": 2}
    assert "spans_total" in answers["/metrics"].text


def failure(state: str, *, wrapped: bool = True) -> Exception:
    original = asyncpg.PostgresError.new({"C": state, "M": "m", "S": "ERROR"})
    return DBAPIError("SELECT", {}, original) if wrapped else original


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PoolTimeout(), 503, "overloaded"),
        (failure("57014"), 503, "overloaded"),
        (failure("55P03"), 409, "request-in-flight"),
        (failure("22P02"), 422, "value-not-storable"),
        (failure("22P05", wrapped=False), 422, "value-not-storable"),
        (failure("57P01"), 503, "database-away"),
        (failure("53300", wrapped=False), 503, "database-away"),
        (ConnectionRefusedError(), 503, "database-away"),
        (TimeoutError(), 503, "database-away"),
    ],
)
def test_what_a_failing_database_means_to_the_caller(error: Exception, status: int, code: str):
    refusal = refusal_for(error)

    assert refusal is not None
    assert (refusal.status, refusal.code) == (status, code)


def test_a_fault_of_ours_is_no_refusal_and_only_who_gave_way_is_tried_again():
    assert refusal_for(failure("42P01")) is None
    assert refusal_for(KeyError()) is None
    assert must_be_repeated(failure("40P01"))
    assert must_be_repeated(failure("40001", wrapped=False))
    assert not must_be_repeated(failure("23505"))
