"""What no database can hold is a reason on the desk, said in words, and never a fault that stops a consumer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pantry.events import CropEvent, CropHarvested

from chassis.failures import UnreadableRecord
from chassis.records import Record, readable_event
from chassis.refusals import Malformed, Unprocessable
from chassis.storable import LARGEST, is_suspicious, parsed

GOOD = {
    "ce_id": "1", "ce_type": "crop.harvested", "ce_source": "farm", "ce_time": "2026-01-01T00:00:00Z",
    "ce_sequence": "1", "ce_correlationid": "north", "ce_actor": "user:lan",
}  # fmt: skip


def a_record(body: bytes = b'{"field": "north", "amount": 3}', **headers: str) -> Record:
    said = [(name, value.encode()) for name, value in (GOOD | headers).items()]
    return Record(topic="farm.crop.v1", partition=0, offset=0, key=b"north", value=body, headers=said, timestamp=0)


def read(record: Record) -> object:
    return readable_event(record, CropEvent, {"crop.harvested": CropHarvested})


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_record(b'{"field": "no\\u0000rth", "amount": 3}'), "field: nul character"),
        (a_record(b'{"field": "north", "amount": 99999999999999999999}'), "amount: number too large"),
        (a_record(b'{"field": "north", "amount": 1e30}'), "amount: number too large"),
        (a_record(b'{"field": "north", "amount": 3, "picker": "\\ud800"}'), "picker: broken character"),
        (a_record(b'{"field": "north", "amount": NaN}'), "NaN is not JSON"),
        (a_record(ce_sequence="9" * 30), "ce_sequence"),
        (a_record(ce_sequence="-1"), "ce_sequence"),
        (a_record(ce_time="2026-01-01T00:00:00"), "ce_time has no offset"),
        (a_record(ce_time="0001-01-01T00:00:00+14:00"), "ce_time has no offset, or is out of range"),
        (a_record(ce_occurredat="9999-12-31T23:59:59-14:00"), "ce_occurredat"),
        (a_record(ce_actor="user:\0"), "ce_actor has a NUL"),
        (a_record(ce_correlationid="x" * 2000), "ce_correlationid is longer"),
        (a_record(ce_id="x" * 2000), "ce_id is longer"),
    ],
)
def test_what_cannot_be_stored_is_named(record: Record, reason: str):
    with pytest.raises(UnreadableRecord) as refused:
        read(record)
    assert any(reason in each for each in refused.value.reasons)


def test_text_of_all_the_world_is_read():
    assert read(a_record('{"field": "north", "amount": 3, "picker": "Đỗ \\ud83d\\ude00"}'.encode())) is not None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_whatever_is_not_suspicious_can_be_stored(value: object):
    """The quick look never lets through what the whole reading would refuse."""
    import json

    raw = json.dumps(value).encode()
    try:
        parsed(raw)
    except (Unprocessable, Malformed, json.JSONDecodeError):
        assert is_suspicious(raw)


@pytest.mark.parametrize("number", [LARGEST, -LARGEST])
def test_the_largest_number_that_fits_is_read(number: int):
    assert parsed(str(number).encode()) == number
