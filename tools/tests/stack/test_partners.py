"""A partner tries what it may and what it may not."""

import secrets

import pytest

from devkit.native.kafka_admin import Rights, Topic
from devkit.stack.partners import Partner, door_topics, open_door, public_topics
from devkit.trouble import Trouble


def a_partner(name: str, door: str = "orders", **given) -> Partner:
    written, answered = door_topics(door)
    login = f"partner-{name}"
    return Partner(
        name, door, f"{written.topic}.{name}", f"{answered.topic}.{name}", [], f"partner.{name}.", "", login,
        f"pw-{login}", **given,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shops(admin, tmp_path_factory):
    """Two partners; the name of one begins with the other's."""
    name = f"t{secrets.token_hex(4)}"
    both = [a_partner(name), a_partner(f"{name}-two")]
    for partner in both:
        open_door(admin, partner, [partner], tmp_path_factory.mktemp("quota"))
    yield both
    admin.set_rights([Rights(partner.login) for partner in both])
    admin.remove_logins([partner.login for partner in both])
    admin.delete_topics([topic for partner in both for topic in (partner.writes, partner.reads)])


@pytest.mark.connected
async def test_a_partner_writes_to_its_own_door_and_reads_its_own_answers(admin, infra, shops, tries):
    from confluent_kafka import Producer

    from devkit.native.kafka_admin import login

    await tries.send(shops[0].login, shops[0].writes)
    answerer = Producer(login(infra.kafka.bootstrap, infra.kafka.username, infra.kafka.password))
    answerer.produce(shops[0].reads, b"{}")
    assert answerer.flush(10) == 0

    await tries.read(shops[0].login, shops[0].reads, f"{shops[0].group_prefix}answers")


@pytest.mark.connected
async def test_a_partner_gets_into_no_other_door_and_no_internal_topic(admin, shops, tries):
    one, two = shops
    admin.create_topics([Topic("orders.order.v1")])
    for topic in (two.writes, one.reads, two.reads, "orders.order.v1"):
        with pytest.raises(tries.REFUSALS):
            await tries.send(one.login, topic)
    for topic in (two.writes, two.reads, one.writes, "orders.order.v1"):
        with pytest.raises(tries.REFUSALS):
            await tries.read(one.login, topic, f"{one.group_prefix}spy")


@pytest.mark.connected
async def test_a_partner_uses_no_group_of_another_whose_name_begins_like_its_own(shops, tries):
    one, two = shops
    with pytest.raises(tries.REFUSALS):
        await tries.read(one.login, one.reads, f"{two.group_prefix}answers")


def test_each_door_has_a_topic_in_and_one_back():
    assert [family.topic for family in door_topics("orders")] == ["orders.intake.v1", "orders.intake-result.v1"]
    assert [family.topic for family in door_topics("scans")] == [
        "shipping.carrier-scan.v1",
        "shipping.carrier-scan-result.v1",
    ]


def test_a_door_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(Trouble, match="orders, scans"):
        door_topics("invoices")


def test_only_public_topics_are_read_at_every_door():
    assert "inventory.product.v1" in public_topics()
    assert "orders.order.v1" not in public_topics()
