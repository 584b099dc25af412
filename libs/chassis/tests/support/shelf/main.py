from chassis import Service, ServiceSettings, UnitOfWork
from shelf.aging import age, never_well
from shelf.http import router
from shelf.thresholds import capacity, locations, mood


class ShelfSettings(ServiceSettings, env_prefix="SHELF_"):
    """Nothing of its own."""


service = Service(
    name="shelf",
    settings=ShelfSettings,
    unit_of_work=UnitOfWork,
    routers=[router],
    jobs=[age, never_well],
    business_settings=[capacity, locations, mood],
)
