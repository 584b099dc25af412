from devkit.shop.wares import carriers, ean13, people, products


def test_every_role_of_the_business_has_somebody():
    roles = ("SAL", "LEAD", "SM", "CSH", "WH", "SHP", "ACC", "CS", "MKT", "PUR", "DIR", "HR")

    assert sorted(person.role for person in people()) == sorted(roles)


def test_no_two_products_share_a_name_or_a_barcode():
    found = list(products())

    assert len({product.sku for product in found}) == len({product.barcode for product in found}) == len(found)


def test_nothing_is_sold_below_its_cost():
    assert all(0 < product.cost < product.price for product in products())


def test_a_barcode_ends_in_its_check_digit():
    assert ean13("400638133393") == "4006381333931"


def test_some_goods_are_scarce_so_that_orders_wait():
    assert min(sum(product.stock.values()) for product in products()) < 10


def test_every_place_is_reached_by_somebody():
    assert any(
        zone["provinces"] == ["*"]
        for carrier in carriers()
        for service in carrier["services"]
        for zone in service["zones"]
    )
