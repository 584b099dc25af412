"""The testing kit: real PostgreSQL and Kafka behind one fixture, a service driven through its real paths.

@pytest.fixture
async def harness(harness_for):
    return await harness_for(service)

async def test_an_order_short_of_stock_waits(harness):
    await harness.receives(StockShort(order_id=order.id, missing=[…]))
    assert [event.order_id for event in await harness.published(OrderWaiting)] == [order.id]
"""

from chassis.testing.broker import Broker
from chassis.testing.databases import Databases
from chassis.testing.harness import Harness
from chassis.testing.infra import Infra, KafkaAccess, PostgresAccess
from chassis.testing.patience import eventually
from chassis.testing.proxy import Wire

__all__ = ["Broker", "Databases", "Harness", "Infra", "KafkaAccess", "PostgresAccess", "Wire", "eventually"]
