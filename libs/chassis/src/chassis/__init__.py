"""How a service runs: everything that is the same in all of them, and no business word.

Names are loaded when first used: a domain model that needs ``chassis.domain`` does not load a web server.
For that no module here may be called as one of the names (hence ``consumers.py`` for ``consumer``): it would hide it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.business_settings import Setting, setting
    from chassis.clock import Clock
    from chassis.consumers import Permanent, consumer
    from chassis.copies import copy
    from chassis.doors import Letter, door
    from chassis.roles import run
    from chassis.runtime import Runtime
    from chassis.schedule import JobRun, job
    from chassis.service import Service
    from chassis.settings import ServiceSettings
    from chassis.unit_of_work import UnitOfWork

_home = {
    "Clock": "clock",
    "JobRun": "schedule",
    "Letter": "doors",
    "Permanent": "consumers",
    "Runtime": "runtime",
    "Service": "service",
    "ServiceSettings": "settings",
    "Setting": "business_settings",
    "UnitOfWork": "unit_of_work",
    "consumer": "consumers",
    "copy": "copies",
    "door": "doors",
    "job": "schedule",
    "run": "roles",
    "setting": "business_settings",
}


def __getattr__(name: str) -> Any:
    try:
        home = _home[name]
    except KeyError:
        raise AttributeError(f"module 'chassis' has no attribute {name!r}") from None
    return getattr(importlib.import_module(f"chassis.{home}"), name)


__all__ = [
    "Clock",
    "JobRun",
    "Letter",
    "Permanent",
    "Runtime",
    "Service",
    "ServiceSettings",
    "Setting",
    "UnitOfWork",
    "consumer",
    "copy",
    "door",
    "job",
    "run",
    "setting",
]
