import importlib
import subprocess
import sys
from types import FunctionType

import pytest

import chassis

PACKAGES = ("chassis", "chassis.http", "chassis.security", "chassis.telemetry", "chassis.testing")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_exists_is_sorted_and_says_what_it_is(package: str):
    module = importlib.import_module(package)

    names = module.__all__
    assert list(names) == sorted(names)
    assert len(set(names)) == len(names)
    for name in names:
        if not isinstance(getattr(module, name), (type, FunctionType)):
            continue  # an alias or a value; its words stand beside it
        assert getattr(module, name).__doc__, f"{package}.{name} says nothing about itself"


def test_a_submodule_never_hides_the_function_of_its_name():
    importlib.import_module("chassis.consumer")

    assert callable(chassis.consumer)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        chassis.nothing  # noqa: B018


def test_a_domain_model_loads_no_machinery():
    code = (
        "import sys, chassis.domain;"
        "print([name for name in ('sqlalchemy', 'pydantic', 'fastapi', 'aiokafka') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
