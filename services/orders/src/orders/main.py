"""The composition root: the only module that knows everything."""

from chassis import Job, Service, Setting, declared
from orders.adapters.unit_of_work import OrdersUnitOfWork
from orders.application import thresholds
from orders.entrypoints import (
    addresses,
    batch,
    bulk,
    calls,
    copies,
    deleted,
    enquiry,
    gauges,
    http,
    importing,
    imports,
    jobs,
    lists,
    reading,
    replacing,
)
from orders.entrypoints.books import books
from orders.entrypoints.door import intake
from orders.entrypoints.halves import unheard
from orders.entrypoints.road import road
from orders.entrypoints.warehouse import warehouse
from orders.settings import OrdersSettings

service = Service(
    name="orders",
    settings=OrdersSettings,
    unit_of_work=OrdersUnitOfWork,
    routers=[
        bulk.router,
        calls.router,
        deleted.router,
        http.router,
        batch.router,
        imports.router,
        enquiry.router,
        lists.router,
        addresses.router,
        replacing.router,
        reading.router,
    ],
    consumers=[warehouse, road, books],
    copies=[copies.products, copies.availability, copies.customers],
    doors=[intake],
    jobs=[*declared(Job, jobs), *declared(Job, importing)],
    halves=[unheard],
    gauges=[gauges.stuck],
    business_settings=declared(Setting, thresholds),
)
