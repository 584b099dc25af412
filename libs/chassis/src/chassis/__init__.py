"""How a service runs: everything that is the same in all of them, and no business word.

Names are loaded when first used: a domain model that needs ``chassis.domain`` does not load a web server.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chassis.business_settings import Setting, setting
    from chassis.clock import Clock
    from chassis.consumer import Permanent, consumer
    from chassis.copies import copy
    from chassis.doors import Letter, door
    from chassis.gauges import gauge
    from chassis.half import half
    from chassis.republish import republish
    from chassis.roles import run
    from chassis.runtime import Runtime
    from chassis.schedule import Job, JobRun, ask_for, job
    from chassis.service import Service, declared
    from chassis.settings import ServiceSettings
    from chassis.unit_of_work import UnitOfWork
    from chassis.work import Work

_home = {
    "Clock": "clock",
    "Job": "schedule",
    "JobRun": "schedule",
    "Letter": "doors",
    "Permanent": "consumer",
    "Runtime": "runtime",
    "Service": "service",
    "ServiceSettings": "settings",
    "Setting": "business_settings",
    "UnitOfWork": "unit_of_work",
    "Work": "work",
    "ask_for": "schedule",
    "consumer": "consumer",
    "copy": "copies",
    "declared": "service",
    "door": "doors",
    "gauge": "gauges",
    "half": "half",
    "job": "schedule",
    "republish": "republish",
    "run": "roles",
    "setting": "business_settings",
}


class _Chassis(ModuleType):
    """Importing a submodule binds its name in the package; ``chassis.consumer`` must stay the function."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _home):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Chassis


def __getattr__(name: str) -> Any:
    try:
        home = _home[name]
    except KeyError:
        raise AttributeError(f"module 'chassis' has no attribute {name!r}") from None
    return getattr(importlib.import_module(f"chassis.{home}"), name)


__all__ = [
    "Clock",
    "Job",
    "JobRun",
    "Letter",
    "Permanent",
    "Runtime",
    "Service",
    "ServiceSettings",
    "Setting",
    "UnitOfWork",
    "Work",
    "ask_for",
    "consumer",
    "copy",
    "declared",
    "door",
    "gauge",
    "half",
    "job",
    "republish",
    "run",
    "setting",
]
