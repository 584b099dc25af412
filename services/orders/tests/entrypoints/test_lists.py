"""Lists by cursor, and every filter."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.http import Cursor
from contracts.inventory.v1 import MissingGoods, StockShort
from contracts.money import Money
from contracts.shipping.v1 import ShipmentCreated
from orders.adapters import queries

pytestmark = pytest.mark.connected


async def listed(shop: Any, **asked: Any) -> list[str]:
    answer = await shop.sal.get("/orders", params=asked)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def test_pages_follow_each_other_without_gap_or_repeat(shop: Any) -> None:
    codes = []
    for number in range(7):
        codes.append((await shop.places(contact={"phone": f"09011111{number:02}"}))["code"])
        shop.harness.now += timedelta(seconds=number % 2)
    seen, cursor = [], None
    while True:
        page = (await shop.sal.get("/orders", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["code"] for item in page["items"]]
        if cursor is None:
            await shop.places(contact={"phone": "0902222222"})
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == codes[::-1]


async def test_a_list_is_filtered_by_everything_at_once(shop: Any) -> None:
    web = await shop.places(contact={"phone": "0901111111"})
    shopee = await shop.places(channel="shopee", source="shop-a", contact={"phone": "0902222222"})
    await shop.does(shopee, "confirm")
    assert await listed(shop, channel="shopee") == [shopee["code"]]
    assert await listed(shop, source="website") == [web["code"]]
    assert await listed(shop, phone="0901 111 111") == [web["code"]]
    assert await listed(shop, phone="+84902222222") == [shopee["code"]]
    assert await listed(shop, status="new") == [web["code"]]
    assert await listed(shop, status=["new", "confirmed"]) == [shopee["code"], web["code"]]
    assert await listed(shop, status="confirmed", channel="website") == []
    assert await listed(shop, phone="not a phone") == []


async def test_an_order_is_found_by_what_people_say(shop: Any) -> None:
    lan = await shop.places(external_id="W-10042")
    duc = await shop.places(contact={"name": "Trần Đức Anh", "phone": "0907654321"})
    assert await listed(shop, q=lan["code"].lower()) == [lan["code"]]
    assert await listed(shop, q=lan["code"][:8]) == [duc["code"], lan["code"]]
    assert await listed(shop, q="nguyen lan") == [lan["code"]]
    assert await listed(shop, q="Đức") == [duc["code"]]
    assert await listed(shop, q="duc tra") == [duc["code"]]
    assert await listed(shop, q="10042") == [lan["code"]]
    assert await listed(shop, q="0907 654") == [duc["code"]]
    assert await listed(shop, q="+84 907 654 321") == [duc["code"]]
    assert await listed(shop, q="!!!") == []
    assert await listed(shop, q="' | !x:*") == []
    await shop.harness.receives(
        ShipmentCreated(
            order_id=UUID(lan["id"]),
            code=lan["code"],
            shipment_id=UUID(int=7),
            carrier_id="ghn",
            carrier_name="GHN",
            service="standard",
            tracking="GHN-77",
            cod=Money(amount=0),
            fee=Money(amount=0),
        )
    )
    assert await listed(shop, q="GHN-77") == [lan["code"]]


async def test_a_common_name_is_found_from_the_newest_on(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.adapters.queries.RARE", 1)
    codes = [(await shop.places(contact={"phone": f"09012304{n:02}"}))["code"] for n in range(3)]
    assert await listed(shop, q="nguyen") == codes[::-1]


async def test_days_are_the_shops_and_moments_are_exact(shop: Any) -> None:
    first = await shop.places()  # 12:00 on the 22nd in Hà Nội
    shop.harness.now = shop.harness.now.replace(hour=17)  # 00:00 on the 23rd
    second = await shop.places()
    assert await listed(shop, **{"from": "2025-11-22", "to": "2025-11-22"}) == [first["code"]]
    assert await listed(shop, **{"from": "2025-11-23"}) == [second["code"]]
    assert await listed(shop, to="2025-11-23T00:00:00+07:00") == [first["code"]]
    assert await listed(shop, **{"from": "2025-11-22T17:00:00Z"}) == [second["code"]]
    wrong = await shop.sal.get("/orders", params={"from": "gestern"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "query:from")


async def test_orders_that_need_somebody_are_listed_by_why(shop: Any) -> None:
    await shop.places()
    second = await shop.places()
    assert await listed(shop, flag="duplicate") == [second["code"]]
    assert await listed(shop, flag="recall") == []


async def test_the_list_shows_what_waits(shop: Any) -> None:
    order = await shop.sells()
    missing = (MissingGoods(sku="AO-L", wanted=2, available=0),)
    await shop.harness.receives(StockShort(order_id=UUID(order["id"]), missing=missing, waiting_since=shop.harness.now))
    [row] = (await shop.sal.get("/orders", params={"status": "waiting_stock"})).json()["items"]
    assert (row["waiting_since"], row["skus"], row["cod"]["amount"]) == ("2025-11-22T05:00:00Z", ["AO-L"], 330_000)


@pytest.mark.parametrize(
    "asked",
    [{"status": "nowhere"}, {"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"q": "a\0"}, {"from": "9999-12-31T"}],
)
async def test_a_question_that_makes_no_sense_is_told_so(shop: Any, asked: dict[str, Any]) -> None:
    assert (await shop.sal.get("/orders", params=asked)).status_code == 422


async def test_the_cursor_of_another_list_is_told_so(shop: Any) -> None:
    answer = await shop.sal.get("/orders", params={"cursor": Cursor.encode(("AO-L",))})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad-cursor")


async def test_an_order_is_shown_by_id_and_by_code(shop: Any) -> None:
    order = await shop.places()
    by_code = await shop.sal.get(f"/orders/{order['code']}")
    assert by_code.json()["id"] == order["id"]
    assert by_code.headers["ETag"] == '"1"'
    assert (await shop.sal.get("/orders/nothing")).json()["code"] == "order-not-found"


async def a_busy_year(shop: Any) -> None:
    """Twenty thousand more orders of other people, on other channels, most of them closed."""
    await shop.places(store_id="CH1")
    for table in ("orders", "progress"):
        rows = await shop.harness.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :table", table=table
        )
        changed = {
            "id": "md5(n::text)::uuid",
            "order_id": "md5(n::text)::uuid",
            "code": "'C' || n",
            "placed_at": "placed_at - n * interval '1 minute'",
            "channel": "'other'",
            "source": "'other'",
            "store_id": "'CH2'",
            "phone": "'+8491' || n",
            "words": "ARRAY['w' || n]",
            "status": "'closed'",
        }
        names = [row["column_name"] for row in rows]
        values = ", ".join(changed.get(name, name) for name in names)
        await shop.harness.rows(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}, generate_series(1, 20000) n"
        )
        await shop.harness.rows(f"ANALYZE {table}")


INDEXES: list[tuple[dict[str, Any], str]] = [
    ({}, "orders_placed"),
    ({"channel": "website"}, "orders_channel"),
    ({"source": "website"}, "orders_source"),
    ({"phone": "+84901234567"}, "orders_phone"),
    ({"stores": frozenset({"CH1"})}, "orders_store"),
    ({"status": ["new"]}, "progress_status"),
    ({"flag": "recall"}, "progress_flags"),
    ({"text": "lan"}, "orders_words"),
]


async def test_every_list_goes_down_an_index(shop: Any) -> None:
    plans: list[str] = []

    class Explaining:
        """Asks for the plan of every statement before it runs it."""

        def __init__(self, connection: AsyncConnection) -> None:
            self._connection = connection

        async def execute(self, statement: Any) -> Any:
            written = statement.compile(dialect=self._connection.dialect, compile_kwargs={"render_postcompile": True})
            values = tuple(written.params[name] for name in written.positiontup)
            plan = await self._connection.exec_driver_sql(f"EXPLAIN {written}", values)
            plans.append("\n".join(row[0] for row in plan))
            return await self._connection.execute(statement)

    await a_busy_year(shop)
    async with shop.harness.uow() as uow:
        connection: Any = Explaining(uow.connection)
        for asked, index in INDEXES:
            plans.clear()
            await queries.list_orders(connection, queries.Filter(**{"stores": None} | asked), limit=51, after=None)
            assert index in "".join(plans), asked
            assert "Seq Scan" not in "".join(plans), asked
