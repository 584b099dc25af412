import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from devkit.stack.home import Home, Plan, Ports, chosen_base
from devkit.trouble import Trouble


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "stack")
    made.make()
    return made


def every_port(base: int, brokers: int = 3) -> list[int]:
    ports = Ports(base)
    services = ("gateway", "orders", "inventory", "shipping", "accounting", "crm")
    own = [port for name in services for port in (ports.api(name), ports.consume(name), ports.relay(name))]
    return [*own, ports.postgres, ports.zipkin, ports.otlp, *ports.kafka(brokers), *ports.controllers(brokers)]


def test_no_two_things_share_a_port():
    assert len(set(every_port(8080))) == len(every_port(8080))


def test_a_second_checkout_200_ports_on_shares_none_with_the_first():
    assert not set(every_port(8080)) & set(every_port(8280))


def test_the_gateway_has_the_first_port():
    assert Ports(8080).api("gateway") == 8080


@pytest.mark.parametrize("text", ["80", "seven", "65530", "-1"])
def test_a_port_base_that_cannot_be_is_refused(monkeypatch, text):
    monkeypatch.setenv("GANH_PORT_BASE", text)
    with pytest.raises(Trouble, match="GANH_PORT_BASE"):
        chosen_base(None)


def test_the_base_of_the_last_start_stays_unless_another_is_given(monkeypatch):
    monkeypatch.delenv("GANH_PORT_BASE", raising=False)
    assert chosen_base(9000) == 9000
    monkeypatch.setenv("GANH_PORT_BASE", "9500")
    assert chosen_base(9000) == 9500


def test_a_plan_is_read_back_by_another_process(home):
    plan = Plan(9000, 3, ("gateway", "orders"), zipkin=False)
    home.keep(plan)

    assert Home(home.folder).plan == plan


def test_a_secret_stays_the_same_and_is_for_us_only(home):
    first = home.secret("database orders")

    assert Home(home.folder).secret("database orders") == first
    assert home.secret("database crm") != first
    assert stat.S_IMODE((home.folder / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_many_at_once_get_the_same_secrets(home):
    names = [f"kafka {number % 7}" for number in range(70)]
    with ThreadPoolExecutor(10) as pool:
        first = dict(zip(names, pool.map(home.secret, names), strict=True))

    assert {name: home.secret(name) for name in names} == first


@pytest.mark.parametrize("written", ["", "{", "{}", "[]"])
def test_a_half_written_plan_counts_as_none(home, written, monkeypatch):
    monkeypatch.delenv("GANH_PORT_BASE", raising=False)
    (home.folder / "plan.json").write_text(written)

    assert home.plan == Plan()
