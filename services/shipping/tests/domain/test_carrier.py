"""Tariffs by province and weight, and the words of a carrier (SHP-01)."""

import pytest
from shipping_cases import a_carrier

from shipping.domain.carrier import BadTariff, Service, Zone
from shipping.domain.scans import ScanStatus

south = Zone(provinces=frozenset({"79"}), first_g=500, first_fee=20_000, step_g=500, step_fee=3_000)
anywhere = Zone(first_g=1000, first_fee=40_000, step_g=1000, step_fee=8_000)


@pytest.mark.capability("SHP-01")
@pytest.mark.parametrize(
    ("weight_g", "fee"), [(1, 20_000), (500, 20_000), (501, 23_000), (1000, 23_000), (1001, 26_000)]
)
def test_every_started_step_costs(weight_g: int, fee: int) -> None:
    assert south.fee(weight_g) == fee


def test_a_province_that_is_named_goes_before_everywhere() -> None:
    service = Service(code="s", name="s", zones=(anywhere, south))
    assert service.fee("79", 500) == 20_000
    assert service.fee("01", 500) == 40_000


@pytest.mark.parametrize(("weight_g", "fee"), [(30_000, 40_000 + 29 * 8_000), (30_001, None)])
def test_a_service_takes_up_to_its_greatest_weight(weight_g: int, fee: int | None) -> None:
    assert Service(code="s", name="s", max_weight_g=30_000, zones=(anywhere,)).fee("01", weight_g) == fee


def test_where_no_zone_reaches_there_is_no_price() -> None:
    assert Service(code="s", name="s", zones=(south,)).fee("01", 500) is None


@pytest.mark.capability("SHP-08")
@pytest.mark.parametrize("word", ["Giao thành công", "GIAO THANH CONG", "giao-thành-công", "delivered", "Delivered"])
def test_a_carriers_word_is_understood_however_it_is_written(word: str) -> None:
    carrier = a_carrier(status_map={"Giao thành công": ScanStatus.DELIVERED})
    assert carrier.means(word) is ScanStatus.DELIVERED


def test_a_carrier_may_use_our_word_for_something_else() -> None:
    assert a_carrier(status_map={"Returned": ScanStatus.RETURNING}).means("returned") is ScanStatus.RETURNING


def test_a_word_nobody_has_mapped_means_nothing() -> None:
    assert a_carrier().means("đang xử lý") is None


def test_contradictions_in_a_tariff_are_all_named() -> None:
    service = Service(code="s", name="s", zones=(south, south, anywhere, anywhere))
    with pytest.raises(BadTariff) as refused:
        a_carrier(services=(service, service)).check()
    assert sorted({reason.code for reason in refused.value.reasons}) == [
        "everywhere-twice",
        "province-twice",
        "service-twice",
    ]
