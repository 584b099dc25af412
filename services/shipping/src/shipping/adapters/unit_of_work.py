"""Binds shipping's collections to the chassis' transaction."""

from functools import cached_property

from chassis import UnitOfWork
from shipping.adapters.carriers import RangesHandedOut, SqlCarriers
from shipping.adapters.consignments import SqlConsignments
from shipping.adapters.manifests import SqlManifests, SqlWaybills
from shipping.adapters.scans import SqlScans
from shipping.adapters.shipments import SqlShipments


class ShippingUnitOfWork(UnitOfWork):
    """``carrier_port`` and ``number_ranges`` are two views of the same: numbers that were handed out in advance."""

    @cached_property
    def carriers(self) -> SqlCarriers:
        return SqlCarriers(self.connection)

    @cached_property
    def carrier_port(self) -> RangesHandedOut:
        return RangesHandedOut(self.connection)

    @cached_property
    def number_ranges(self) -> RangesHandedOut:
        return RangesHandedOut(self.connection)

    @cached_property
    def consignments(self) -> SqlConsignments:
        return SqlConsignments(self.connection)

    @cached_property
    def shipments(self) -> SqlShipments:
        return SqlShipments(self.connection)

    @cached_property
    def scans(self) -> SqlScans:
        return SqlScans(self.connection)

    @cached_property
    def manifests(self) -> SqlManifests:
        return SqlManifests(self.connection)

    @cached_property
    def waybills(self) -> SqlWaybills:
        return SqlWaybills(self.connection)
