"""What a service's modules declare is what the service has: a consumer that `main` forgot would never read an event,
and nobody would hear of it."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from fastapi import APIRouter

from chassis import Job, Service, Setting, declared
from chassis.consumer import Consumer
from chassis.copies import Copy
from chassis.doors import Door
from chassis.gauges import Gauge
from chassis.half import Half
from devkit.workspace import services

KINDS: tuple[type[Any], ...] = (APIRouter, Consumer, Copy, Door, Gauge, Half, Job, Setting)


def modules(name: str) -> Iterator[ModuleType]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if not module.name.endswith("__main__"):
            yield importlib.import_module(module.name)


def had_by(service: Service) -> set[int]:
    lists = (service.routers, service.consumers, service.copies, service.doors, service.gauges, service.halves)
    return {id(each) for had in (*lists, service.jobs, service.business_settings) for each in had}


@pytest.mark.parametrize("name", services())
def test_a_service_has_everything_its_modules_declare(name: str) -> None:
    had = had_by(importlib.import_module(f"{name}.main").service)
    forgotten = {
        f"{module.__name__}.{each}: {type(value).__name__}"
        for module in modules(name)
        for each, value in vars(module).items()
        if isinstance(value, KINDS) and id(value) not in had
    }
    assert forgotten == set()


def test_each_is_found_once_in_the_order_in_which_it_is_written() -> None:
    module = ModuleType("settings")
    vars(module).update(first=1, word="no", second=2, again=1)
    assert declared(int, module, module) == [1, 2]
