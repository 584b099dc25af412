"""A wish of the customer reaches everybody under its one name, from whichever door it came."""

import pytest
from pydantic import TypeAdapter

from contracts.orders.v1 import IntakeOrder, OrderTerms
from orders.adapters import tables
from orders.domain.agreement import WISHES, Wishes
from orders.entrypoints.handed_in import HandedIn, OrderShape
from orders.entrypoints.schemas import EditOrderBody, PlaceOrderBody
from orders.entrypoints.views import OrderView


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_has_its_place_at_every_door_on_the_order_and_in_what_is_told(wish: str) -> None:
    for shape in (IntakeOrder, HandedIn, PlaceOrderBody, EditOrderBody, OrderView, OrderTerms):
        assert wish in shape.model_fields, f"{shape.__name__} does not know {wish}"
    assert wish in tables.orders.c, f"the table has no column {wish}"


def test_what_is_handed_in_is_what_is_wished() -> None:
    full = {name: f"{name}!" for name in WISHES}
    assert OrderShape.model_validate(full).to_command(channel="desk", source="desk").wishes == Wishes(**full)


def test_an_edit_names_what_is_to_be_new_and_what_is_to_be_emptied() -> None:
    read = TypeAdapter(EditOrderBody).validate_python
    assert read({"note": None}).to_command("DH1", None).wishes == {"note": None}
    assert read({"freight": None}).to_command("DH1", None).wishes == {}
