"""The composition root: the only module that knows everything."""

from chassis import Job, Service, Setting, declared
from shipping.adapters.halves import without_order, without_warehouse
from shipping.adapters.unit_of_work import ShippingUnitOfWork
from shipping.application import thresholds
from shipping.entrypoints import jobs
from shipping.entrypoints.consumers import orders, warehouse
from shipping.entrypoints.copies import customers
from shipping.entrypoints.doors import carrier_scans
from shipping.entrypoints.gauges import numbers, unroutable
from shipping.entrypoints.http import carriers, manifests, scans, shipments
from shipping.entrypoints.http import unroutable as stopped
from shipping.settings import ShippingSettings

service = Service(
    name="shipping",
    settings=ShippingSettings,
    unit_of_work=ShippingUnitOfWork,
    routers=[carriers.router, shipments.router, manifests.router, scans.router, stopped.router],
    consumers=[orders, warehouse],
    copies=[customers],
    doors=[carrier_scans],
    halves=[without_order, without_warehouse],
    gauges=[unroutable, numbers],
    jobs=declared(Job, jobs),
    business_settings=declared(Setting, thresholds),
)
