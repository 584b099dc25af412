from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from orders.domain.agreement import Agreement, Call, Origin
from orders.domain.happenings import CallOutcome
from orders.domain.lines import Line
from orders.domain.order import Order
from orders.domain.party import Address, Contact
from orders.domain.progress import Patience

NOON = datetime(2025, 11, 22, 5, tzinfo=UTC)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")

Make = Callable[..., Order]


@pytest.fixture
def patience() -> Patience:
    return Patience(10, HANOI)


@pytest.fixture
def make_order(patience: Patience) -> Make:
    def make(*, spoken: bool = False, confirmed: bool = False, price: int = 150_000, **changes: Any) -> Order:
        origin = changes.pop("origin", Origin(channel="website", source="website"))
        lines = (Line(id=uuid4(), sku="AO-L", name="Áo thun L", quantity=2, unit_price=price, weight_g=200),)
        order = Order.place(
            id=uuid4(),
            code="DH2511220001",
            origin=origin,
            contact=Contact(
                name="Lan",
                phone="+84901234567",
                address=Address(street="12 Hàng Bạc", ward="Hoàn Kiếm", province="Hà Nội"),
            ),
            agreement=changes.pop("agreement", Agreement(lines=lines, freight=30_000)),
            placed_at=NOON,
            **changes,
        )
        if spoken or confirmed:
            order.log_call(Call(at=NOON, by="user:sal", outcome=CallOutcome.ANSWERED))
        if confirmed:
            order.confirm(NOON, blacklisted=False, override=None, patience=patience)
        order.collect()
        order.progress.collect()
        return order

    return make
