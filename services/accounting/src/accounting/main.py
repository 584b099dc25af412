"""The composition root: the only module that knows everything."""

from accounting.adapters.unit_of_work import AccountingUnitOfWork
from accounting.application import thresholds
from accounting.entrypoints import jobs
from accounting.entrypoints.consumers import consumers
from accounting.entrypoints.halves import halves
from accounting.entrypoints.http import routers
from accounting.settings import AccountingSettings
from chassis import Job, Service, Setting, declared

service = Service(
    name="accounting",
    settings=AccountingSettings,
    unit_of_work=AccountingUnitOfWork,
    routers=routers,
    consumers=consumers,
    halves=halves,
    jobs=declared(Job, jobs),
    business_settings=declared(Setting, thresholds),
)
