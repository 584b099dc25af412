"""What topics must show of what was said: each event under one number, all numbers, in order at first occurrence."""

import pytest
from made_up import STATES, TOPIC, evidence, said, topic

from devkit.truth import streams
from devkit.truth.history import History


async def test_a_repeat_is_no_inversion() -> None:
    records = said(("a", 1), ("b", 2), ("a", 1), ("c", 3))
    assert (await streams.in_order(evidence(topic(records))))[1] == []
    assert (await streams.numbered_once(evidence(topic(records))))[1] == []


async def test_a_first_occurrence_behind_a_later_one_is_an_inversion() -> None:
    wrong = (await streams.in_order(evidence(topic(said(("a", 1), ("c", 3), ("b", 2))))))[1]
    assert wrong == [f"{TOPIC} k: order.placed number 2 came after 3"]


async def test_a_key_in_two_partitions_is_named() -> None:
    records = [*said(("a", 1)), *said(("b", 2), partition=1)]
    assert (await streams.in_order(evidence(topic(records))))[1] == [f"{TOPIC} k lies in several partitions"]


async def test_an_event_with_two_numbers_was_made_twice() -> None:
    wrong = (await streams.numbered_once(evidence(topic(said(("a", 1), ("a", 2))))))[1]
    assert wrong == [f"{TOPIC} k: event a has the numbers 1, 2"]


async def test_a_number_of_two_events_was_given_twice() -> None:
    wrong = (await streams.numbered_once(evidence(topic(said(("a", 1), ("b", 1))))))[1]
    assert wrong == [f"{TOPIC} k: number 1 names 2 events"]


@pytest.mark.parametrize(
    ("numbers", "last", "what"),
    [
        ((1, 2, 3), 3, []),
        ((1, 3), 3, [f"{TOPIC} k: 2 of 3 never came"]),
        ((1, 2), 3, [f"{TOPIC} k: 3 of 3 never came"]),
        ((1, 2), 1, [f"{TOPIC} k: 2 came, but orders said only 1"]),
    ],
)
async def test_every_number_that_was_given_lies_on_the_topic(
    numbers: tuple[int, ...], last: int, what: list[str]
) -> None:
    records = said(*((str(number), number) for number in numbers))
    stream = {"topic": TOPIC, "key": "k", "version": last}
    found = evidence(topic(records), answers={"orders": [stream]})
    assert (await streams.all_published(found))[1] == what


async def test_of_a_compacted_topic_the_last_is_there() -> None:
    compacted = topic(said(("a", 4), ("c", 9), topic=STATES), STATES)
    stream = {"topic": STATES, "key": "k", "version": 9}
    assert (await streams.all_published(evidence(compacted, answers={"orders": [stream]})))[1] == []
    newer = evidence(compacted, answers={"orders": [stream | {"version": 12}]})
    assert (await streams.all_published(newer))[1] == [f"{STATES} k: 12 of 12 never came"]


async def test_a_sender_that_was_put_back_may_say_the_same_under_another_number_but_nothing_older() -> None:
    put_back = History(put_back={"orders"})
    again = topic(said(("a", 1), ("b", 2), ("a", 7), ("c", 8), topic=STATES), STATES)
    assert (await streams.numbered_once(evidence(again, history=put_back)))[1] == []
    assert (await streams.in_order(evidence(again, history=put_back)))[1] == []
    older = topic(said(("a", 5), ("b", 6), ("c", 2), topic=STATES), STATES)
    assert len((await streams.in_order(evidence(older, history=put_back)))[1]) == 1
