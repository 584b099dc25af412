"""The composition root: the only module that knows everything."""

from chassis import Job, Service, Setting, declared
from inventory.adapters.unit_of_work import InventoryUnitOfWork
from inventory.application import thresholds
from inventory.entrypoints import jobs, locations, parcels, products, queue, receipts, returns, stock, waves
from inventory.entrypoints.consumers import orders, shipments
from inventory.entrypoints.jobs import unheard
from inventory.settings import InventorySettings

service = Service(
    name="inventory",
    settings=InventorySettings,
    unit_of_work=InventoryUnitOfWork,
    routers=[
        products.router,
        locations.router,
        stock.router,
        queue.router,
        receipts.router,
        waves.router,
        parcels.router,
        returns.router,
    ],
    consumers=[orders, shipments],
    halves=[unheard],
    jobs=declared(Job, jobs),
    business_settings=declared(Setting, thresholds),
)
