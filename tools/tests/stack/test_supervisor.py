import sys
from dataclasses import replace
from itertools import pairwise

import pytest

from devkit.native.process import Daemon
from devkit.stack import pause
from devkit.stack.components import Component
from devkit.stack.home import Home
from devkit.stack.supervisor import LONGEST_WAIT, SETTLED_AFTER, Supervisor, restarts, stop_all

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "stack")
    made.make()
    return made


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(home, said):
    return Supervisor(home, said.append)


def sleeper(home: Home, name: str, kind: str = "service") -> Component:
    daemon = Daemon(name, home.run)
    return Component(name, kind, daemon, lambda: daemon.start(SLEEPER), ())


@pytest.fixture
def orders(home):
    component = sleeper(home, "orders")
    yield component
    component.stop()


def test_a_process_that_has_ended_is_started_again_and_counted(supervisor, orders, home, said):
    supervisor.look(orders, 0)

    assert orders.runs
    assert restarts(home) == {"orders": 1}
    assert said == ["orders has ended; starting it again (restart 1)"]


def test_a_process_that_runs_is_left_alone(supervisor, orders, home):
    orders.launch()
    supervisor.look(orders, 0)

    assert restarts(home) == {}


def test_one_that_keeps_ending_is_started_later_each_time(supervisor, home):
    starts = []
    broken = replace(sleeper(home, "orders"), launch=lambda: starts.append(now))
    for now in range(600):
        supervisor.look(broken, now)

    waits = [later - earlier for earlier, later in pairwise(starts)]
    assert waits[:4] == [2, 4, 8, 16]
    assert set(waits[4:]) == {LONGEST_WAIT}


def test_one_that_has_settled_is_started_at_once_again(supervisor, home):
    starts = []
    orders = sleeper(home, "orders")
    try:
        for now in (0, 3, 10):
            supervisor.look(replace(orders, launch=lambda: starts.append(1)), now)
        orders.launch()
        supervisor.look(orders, 10 + SETTLED_AFTER + 1)
    finally:
        orders.stop()

    supervisor.look(replace(orders, launch=lambda: starts.append("at once")), 10 + SETTLED_AFTER + 2)
    assert starts[-1] == "at once"


def test_one_that_a_person_stopped_stays_stopped_until_it_is_resumed(supervisor, orders, home):
    pause.pause(home, "orders")
    supervisor.look(orders, 0)
    assert not orders.runs

    pause.resume(home, "orders")
    supervisor.look(orders, 1)
    assert orders.runs


def test_one_that_cannot_be_started_does_not_end_the_supervisor(supervisor, home, said):
    def fail() -> None:
        raise OSError("no such program")

    supervisor.look(replace(sleeper(home, "orders"), launch=fail), 0)

    assert said[-1] == "orders cannot be started: no such program"


def test_everything_stops_in_order_the_gateway_first_and_the_servers_last(home):
    order = [("postgres", "server"), ("kafka-1", "server"), ("zipkin", "tracing"), ("gateway", "service")]
    everything = [sleeper(home, name, kind) for name, kind in [*order, ("orders", "service")]]
    for component in everything:
        component.launch()
    said = []

    stop_all(everything, said.append)

    assert said == [f"{name} stopped" for name in ("gateway", "orders", "zipkin", "kafka-1", "postgres")]
    assert not any(component.runs for component in everything)
