"""Changing a product."""

from inventory.domain.product import Product


def test_only_what_differs_changes_and_makes_a_new_version() -> None:
    shirt = Product(sku="A", name="Áo", price=100)
    assert shirt.change({"name": "Áo", "price": 100}) == {}
    assert shirt.version == 1
    assert shirt.change({"name": "Áo thun", "price": 100}) == {"name": "Áo"}
    assert (shirt.name, shirt.version) == ("Áo thun", 2)
