from devkit.native.kafka_admin import Rights
from devkit.stack.access import all_topics, rights_of

ORDERS = {
    "service": "orders",
    "publishes": [
        {"topic": "orders.order.v1", "by_partner": False},
        {"topic": "orders.intake-result.v1", "by_partner": True},
    ],
    "reads": [
        {"topic": "inventory.fulfilment.v1", "by_partner": False},
        {"topic": "orders.intake.v1", "by_partner": True},
    ],
}


def test_a_service_may_do_what_it_declares_and_nothing_else():
    assert rights_of(ORDERS) == Rights(
        "orders",
        writes=frozenset({"orders.order.v1", "orders.intake-result.v1.*"}),
        reads=frozenset({"inventory.fulfilment.v1", "orders.intake.v1.*"}),
        groups=frozenset({"orders.*"}),
    )


def test_every_binding_allows_and_none_is_for_everything():
    bindings = rights_of(ORDERS).bindings()

    assert {str(binding.permission_type) for binding in bindings} == {"AclPermissionType.ALLOW"}
    assert all(binding.name not in ("", "*") for binding in bindings)


def test_doors_are_no_topics_until_a_partner_has_one():
    topics = {topic.name: topic for topic in all_topics()}

    assert "orders.order.v1" in topics
    assert "orders.intake.v1" not in topics
    assert topics["inventory.product.v1"].compacted
    assert not topics["orders.order.v1"].compacted
    assert {topic.partitions for topic in topics.values()} == {12}
