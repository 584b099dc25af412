"""Metadata travels as CloudEvents headers and comes back as it went."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import Actor, ActorKind, Meta, UnreadableHeaders, from_headers, to_headers

names = st.text(st.characters(codec="utf-8", exclude_characters=":"), min_size=1, max_size=40)
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def metas(draw: st.DrawFn) -> Meta:
    return Meta(
        id=draw(names),
        type="order.placed",
        source=draw(names),
        time=draw(moments),
        occurred_at=draw(moments),
        actor=Actor(kind=draw(st.sampled_from(list(ActorKind))), id=draw(names)),
        subject=draw(names),
        sequence=draw(st.integers(1, 2**60)),
        correlation_id=draw(names),
        causation_id=draw(st.none() | names),
        traceparent=draw(st.none() | names),
    )


@given(metas())
def test_what_was_written_is_read_back(meta: Meta) -> None:
    assert from_headers(to_headers(meta)) == meta


def test_every_missing_header_is_named() -> None:
    with pytest.raises(UnreadableHeaders) as refused:
        from_headers([("ce_id", b"1"), ("ce_type", b"order.placed")])
    assert "header ce_source is missing" in refused.value.reasons
    assert "header ce_time is missing" in refused.value.reasons


def test_a_binary_header_of_ours_is_named() -> None:
    with pytest.raises(UnreadableHeaders, match="ce_id is not UTF-8"):
        from_headers([("ce_id", b"\xff\xfe")])


@given(metas(), st.binary())
def test_a_binary_header_of_others_harms_nobody(meta: Meta, junk: bytes) -> None:
    assert from_headers([*to_headers(meta), ("x-other", junk)]) == meta


def test_a_number_that_is_none_is_named() -> None:
    headers = dict(to_headers(a_meta())) | {"ce_sequence": b"first"}
    with pytest.raises(UnreadableHeaders, match="wrong form"):
        from_headers(headers.items())


def a_meta() -> Meta:
    now = datetime.now(UTC)
    return Meta(
        id="1",
        type="order.placed",
        source="orders",
        time=now,
        occurred_at=now,
        actor=Actor.system("orders"),
        subject="k",
        sequence=1,
        correlation_id="k",
    )
