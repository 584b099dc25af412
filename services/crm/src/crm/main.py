"""The composition root: the only module that knows everything."""

from chassis import Service, Setting, declared
from crm.adapters.unit_of_work import CrmUnitOfWork
from crm.application import thresholds
from crm.entrypoints.consumers import consumers
from crm.entrypoints.halves import halves
from crm.entrypoints.http import router
from crm.settings import CrmSettings

service = Service(
    name="crm",
    settings=CrmSettings,
    unit_of_work=CrmUnitOfWork,
    routers=[router],
    consumers=consumers,
    halves=halves,
    business_settings=declared(Setting, thresholds),
)
