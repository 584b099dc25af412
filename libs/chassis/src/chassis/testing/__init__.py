"""The testing kit: real PostgreSQL and Kafka behind one fixture, a service driven through its real paths.

@pytest.fixture
async def harness(harness_for):
    return await harness_for(service)

async def test_an_order_short_of_stock_waits(harness):
    await harness.receives(StockShort(order_id=order.id, missing=[…]))
    assert [event.order_id for event in await harness.published(OrderWaiting)] == [order.id]

Names are loaded when first used: a test of a pure rule pays for no server's client.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.testing.broker import Broker
    from chassis.testing.databases import Databases
    from chassis.testing.documents import dangling
    from chassis.testing.harness import Harness
    from chassis.testing.infra import Infra, KafkaAccess, PostgresAccess
    from chassis.testing.patience import eventually
    from chassis.testing.proxy import Wire
    from chassis.testing.sentences import missing_sentences

_home = {
    "Broker": "broker",
    "Databases": "databases",
    "Harness": "harness",
    "Infra": "infra",
    "KafkaAccess": "infra",
    "PostgresAccess": "infra",
    "Wire": "proxy",
    "dangling": "documents",
    "eventually": "patience",
    "missing_sentences": "sentences",
}


def __getattr__(name: str) -> Any:
    try:
        home = _home[name]
    except KeyError:
        raise AttributeError(f"module 'chassis.testing' has no attribute {name!r}") from None
    return getattr(importlib.import_module(f"chassis.testing.{home}"), name)


__all__ = [
    "Broker",
    "Databases",
    "Harness",
    "Infra",
    "KafkaAccess",
    "PostgresAccess",
    "Wire",
    "dangling",
    "eventually",
    "missing_sentences",
]
