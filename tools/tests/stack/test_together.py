import os

import pytest

from devkit.stack.together import do_for_all
from devkit.trouble import Trouble


def test_what_each_service_declares_is_told_by_name():
    said = do_for_all("topics", ["orders", "inventory"], os.environ)

    assert {name: says["service"] for name, says in said.items()} == {"orders": "orders", "inventory": "inventory"}
    assert "orders.order.v1" in {topic["topic"] for topic in said["orders"]["publishes"]}


def test_the_service_that_cannot_is_named_with_the_reason():
    with pytest.raises(Trouble, match=r"`python -m nonsense topics` fails:(.|\n)*No module named 'nonsense'"):
        do_for_all("topics", ["orders", "nonsense"], os.environ)


def test_nothing_to_do_starts_nothing():
    assert do_for_all("topics", [], {}) == {}
