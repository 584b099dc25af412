"""Binds the repositories to the chassis' transaction."""

from functools import cached_property

from chassis import UnitOfWork
from inventory.adapters.alerts import SqlAlerts
from inventory.adapters.holds import SqlHolds
from inventory.adapters.locations import SqlLocations
from inventory.adapters.orders import SqlOrders, SqlShipments
from inventory.adapters.parcels import SqlParcels
from inventory.adapters.products import SqlProducts
from inventory.adapters.receipts import SqlReceipts
from inventory.adapters.returns import SqlReturns
from inventory.adapters.stock_room import SqlStockRoom
from inventory.adapters.waves import SqlWaves


class InventoryUnitOfWork(UnitOfWork):
    @cached_property
    def products(self) -> SqlProducts:
        return SqlProducts(self.connection)

    @cached_property
    def locations(self) -> SqlLocations:
        return SqlLocations(self.connection)

    @cached_property
    def stock(self) -> SqlStockRoom:
        return SqlStockRoom(self.connection)

    @cached_property
    def holds(self) -> SqlHolds:
        return SqlHolds(self.connection)

    @cached_property
    def orders(self) -> SqlOrders:
        return SqlOrders(self.connection)

    @cached_property
    def shipments(self) -> SqlShipments:
        return SqlShipments(self.connection)

    @cached_property
    def parcels(self) -> SqlParcels:
        return SqlParcels(self.connection)

    @cached_property
    def waves(self) -> SqlWaves:
        return SqlWaves(self.connection)

    @cached_property
    def receipts(self) -> SqlReceipts:
        return SqlReceipts(self.connection)

    @cached_property
    def returns(self) -> SqlReturns:
        return SqlReturns(self.connection)

    @cached_property
    def alerts(self) -> SqlAlerts:
        return SqlAlerts(self.connection)
