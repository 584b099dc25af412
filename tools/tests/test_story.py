from rich.console import Console

from devkit.story import tree_of

CHILD = {"id": "b", "parentId": "a", "name": "send orders.order.v1", "timestamp": 1_005_000, "duration": 2_000}
ROOT = {"id": "a", "name": "post /orders", "timestamp": 1_000_000, "duration": 20_000}


def drawn(*spans) -> str:
    told = [{"localEndpoint": {"serviceName": "orders"}, **span} for span in spans]
    console = Console(width=120, no_color=True)
    with console.capture() as captured:
        console.print(tree_of(told, "a trace"))
    return captured.get()


def test_a_child_stands_below_its_parent_with_its_time_since_the_beginning():
    lines = drawn(CHILD, ROOT).splitlines()

    assert lines[1].endswith("orders post /orders +0 ms, 20.0 ms")
    assert lines[2].endswith("orders send orders.order.v1 +5 ms, 2.0 ms")
    assert lines[2].index("orders") > lines[1].index("orders")


def test_a_span_whose_parent_was_not_recorded_is_shown_at_the_top():
    assert "send orders.order.v1" in drawn(CHILD).splitlines()[1]


def test_a_span_that_failed_says_so():
    assert "failed" in drawn({**ROOT, "tags": {"error": "true"}})
