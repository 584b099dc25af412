"""The composition root: the only module that knows everything."""

from chassis import Service
from specimen.adapters.unit_of_work import SpecimenUnitOfWork
from specimen.entrypoints.http import router
from specimen.settings import SpecimenSettings

service = Service(
    name="specimen",
    settings=SpecimenSettings,
    unit_of_work=SpecimenUnitOfWork,
    routers=[router],
)
