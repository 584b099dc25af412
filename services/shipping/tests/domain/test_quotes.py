"""Only carriers that reach the address are offered; the customer's choice, then the cheapest (SHP-02)."""

import pytest
from shipping_cases import a_carrier

from shipping.domain.quotes import Obstacle, by_preference, offers

cheap = a_carrier("cheap", fee=15_000, provinces=frozenset({"79"}))
dear = a_carrier("dear", fee=40_000)
middle = a_carrier("middle", fee=30_000)


@pytest.mark.capability("SHP-02")
def test_only_carriers_that_reach_the_address_are_offered_cheapest_first() -> None:
    assert [quote.carrier_id for quote in offers([dear, cheap, middle], "Bình Dương", 500).quotes] == [
        "cheap",
        "middle",
        "dear",
    ]
    assert [quote.carrier_id for quote in offers([dear, cheap, middle], "Hà Nội", 500).quotes] == ["middle", "dear"]


@pytest.mark.capability("SHP-02")
def test_the_customers_choice_goes_before_the_cheapest() -> None:
    quotes = offers([dear, cheap, middle], "79", 500).quotes
    assert [quote.carrier_id for quote in by_preference(quotes, frozenset({"dear"}))] == ["dear", "cheap", "middle"]


def test_a_choice_that_does_not_reach_the_address_gives_the_cheapest() -> None:
    quotes = offers([dear, cheap, middle], "01", 500).quotes
    assert by_preference(quotes, frozenset({"cheap"}))[0].carrier_id == "middle"


def test_what_a_person_picks_goes_before_what_the_customer_chose() -> None:
    quotes = offers([dear, cheap, middle], "79", 500).quotes
    ranked = by_preference(quotes, frozenset({"middle"}), frozenset({"dear"}))
    assert [quote.carrier_id for quote in ranked] == ["middle", "dear", "cheap"]


def test_a_carrier_that_is_not_hired_any_more_offers_nothing() -> None:
    assert offers([a_carrier(active=False)], "79", 500).obstacle is Obstacle.NOT_REACHED


@pytest.mark.parametrize(
    ("province", "weight_g", "obstacle"),
    [
        ("Atlantis", 500, Obstacle.PROVINCE_UNKNOWN),
        ("Hà Nội", 500, Obstacle.NOT_REACHED),
        ("TP.HCM", 30_001, Obstacle.TOO_HEAVY),
        ("TP.HCM", 30_000, None),
    ],
)
def test_where_nobody_offers_the_obstacle_is_named(province: str, weight_g: int, obstacle: Obstacle | None) -> None:
    assert offers([cheap], province, weight_g).obstacle is obstacle


@pytest.mark.parametrize(("choice", "meant"), [("GHN", True), ("ghn", True), ("Giao hàng nhanh", True), ("", False)])
def test_a_choice_may_name_the_carrier_or_its_id(choice: str, meant: bool) -> None:
    assert a_carrier("ghn", name="Giao Hàng Nhanh").answers_to(choice) is meant
