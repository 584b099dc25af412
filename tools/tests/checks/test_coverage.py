from devkit.checks.coverage import Tally, has_floor, tally


def test_lines_are_counted_per_package_and_a_domain_by_itself():
    found = tally(
        {
            "services/orders/src/orders/domain/order.py": (10, 9),
            "services/orders/src/orders/main.py": (10, 1),
            "libs/chassis/src/chassis/inbox.py": (4, 4),
            "conftest.py": (5, 0),
        }
    )

    assert found == {"orders": Tally(20, 10), "orders.domain": Tally(10, 9), "chassis": Tally(4, 4)}


def test_the_chassis_and_the_domains_have_a_floor():
    assert has_floor("chassis")
    assert has_floor("orders.domain")
    assert not has_floor("orders")
