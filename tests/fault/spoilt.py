"""Records as no owner of a topic writes them: bytes, or golden samples under new keys with something spoilt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from devkit.workspace import ROOT

SAMPLES = ROOT / "libs/contracts/tests/samples"
KEYS = {
    "orders.order.v1": "order_id", "inventory.product.v1": "sku", "inventory.stock.v1": "sku",
    "inventory.fulfilment.v1": "order_id", "inventory.stock-move.v1": "sku", "inventory.alert.v1": "sku",
    "shipping.shipment.v1": "order_id", "accounting.payment.v1": "order_id", "crm.customer.v1": "customer_id",
    "gateway.identity.v1": "identity", "orders.intake.v1": "external_id", "shipping.carrier-scan.v1": "tracking",
}  # fmt: skip
Spot = tuple[Any, ...]

nasty: SearchStrategy[Any] = st.one_of(
    st.sampled_from([
        None, "", "\0", "a\0b", "\ud800", "x" * 70_000, -1, 0, 2**31, 2**63, 2**64, 10**40, -(10**40), 1e308, 0.5, True,
        [], {}, [[]], [None], {"": None}, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30",
        "2026-01-01T00:00:00", "00000000-0000-0000-0000-000000000000", "' OR 1=1 --", "\u202e", "NaN", "1e999",
    ]),
    st.integers(), st.text(max_size=20), st.binary(max_size=8).map(lambda raw: raw.decode("latin-1")),
    st.recursive(st.none() | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=5),
)  # fmt: skip
headers: SearchStrategy[Any] = st.one_of(
    st.tuples(
        st.sampled_from([
            "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "ce_sequence", "ce_correlationid",
            "ce_causationid", "ce_actor", "ce_occurredat", "traceparent", "ce_specversion", "content-type",
        ]),
        st.sampled_from([
            None, b"", b"\0", b"\xff\xfe", b"x" * 5000, b"99999999999999999999999", b"-1", b"2026-01-01T00:00:00",
            b"0001-01-01T00:00:00+14:00", b"nobody", b"user:", b"user:\0", b"00-zz-zz-zz", b"order.nothing", b"1.5",
        ]) | st.binary(max_size=20),
    ),
    st.none(),
)  # fmt: skip


def spots(value: Any, path: Spot = ()) -> Iterator[Spot]:
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from spots(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value[:2]):
            yield from spots(inner, (*path, place))


def changed(value: Any, path: Spot, instead: Any) -> Any:
    if not path:
        return instead
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], instead)
    return copy


@st.composite
def near_valid(draw: st.DrawFn, samples: list[Any], kinds: list[str], key_field: str) -> dict[str, Any]:
    """One record: a golden sample under a key of its own, with some of it spoilt; or just bytes."""
    number = draw(st.integers(0, len(samples) - 1))
    key = draw(st.uuids(version=4).map(str))
    body: Any = {**samples[number], key_field: key}
    event_id = draw(st.uuids(version=4).map(str))
    said: dict[str, bytes | None] = {
        "ce_specversion": b"1.0", "ce_id": event_id.encode(), "ce_type": kinds[number].encode(), "ce_source": b"fuzz",
        "ce_time": b"2026-01-01T00:00:00Z", "ce_sequence": b"1", "ce_correlationid": key.encode(),
        "ce_actor": b"system:fuzz", "ce_subject": key.encode(),
    }  # fmt: skip
    for _ in range(draw(st.integers(0, 2))):
        spot = draw(st.sampled_from(list(spots(body))))
        body = changed(body, spot, draw(nasty))
    for spoilt in (draw(headers), draw(headers)):
        if spoilt is not None:
            said[spoilt[0]] = spoilt[1]
    raw = draw(
        st.one_of(
            st.just(json.dumps(body).encode()),
            st.just(json.dumps(body).encode()),
            st.just(json.dumps(body).encode()),
            st.binary(max_size=50),
            st.sampled_from([None, b"", b"[" * 5000, b"{}", b"null", b"\xef\xbb\xbf{}"]),
        )
    )
    record_key = draw(st.sampled_from([key.encode()] * 6 + [None, b"", b"\xff\xfe", b"k" * 2000, b"other"]))
    return {"key": record_key, "value": raw, "headers": [(n, v) for n, v in said.items() if v is not None]}


def records(topic: str, count: int, chance: int) -> list[dict[str, Any]]:
    """So many of them for a topic; the same ones for the same seed."""
    folder = SAMPLES / topic
    files = sorted(folder.glob("*.json"))
    samples = [json.loads(file.read_text()) for file in files]
    kinds = [str(sample.get("type") or file.stem) for sample, file in zip(samples, files, strict=True)]
    strategy = near_valid(samples, kinds, KEYS[topic])
    return examples_of(strategy, count, chance)


def examples_of(strategy: SearchStrategy[Any], count: int, chance: int) -> list[Any]:
    """What Hypothesis makes of a strategy, outside a test of its own: sent all at once, they are judged together."""
    made: list[Any] = []

    @seed(chance)
    @settings(
        max_examples=count, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def collect(value: Any) -> None:
        made.append(value)

    collect()
    return made
