"""Each service's wheel in an environment of its own."""

import os

import pytest

from devkit.checks.wheels import LIBRARIES, build_wheels, install_alone, run_tests_alone
from devkit.workspace import ROOT, services

pytestmark = [pytest.mark.slow, pytest.mark.connected, pytest.mark.wheels]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    build_wheels([ROOT / library for library in LIBRARIES], folder)
    return folder


@pytest.mark.parametrize("service", services())
def test_a_service_passes_its_tests_where_no_other_service_is(service, wheels, infra, tmp_path):
    build_wheels([ROOT / "services" / service], wheels)
    python = install_alone(service, wheels, tmp_path / "alone")
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "COVERAGE_PROCESS_START")}

    done = run_tests_alone(service, python, tmp_path, env)

    assert done.returncode == 0, done.stdout[-4000:]
