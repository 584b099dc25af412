"""Requests against orders: what was acknowledged, what was refused, and what nobody ever answered."""

import dataclasses
import json

from made_up import evidence, said, topic

from devkit.truth import intake
from devkit.truth.history import History, Outcome

THERE = {"id": "o1", "source": "s", "mark": "m", "in_progress": True}
PLACED = topic(said(("e", 1), key="o1"))


def asked(outcome: Outcome) -> History:
    history = History()
    request = history.invoke("http", source="s", mark="m")
    match outcome:
        case Outcome.OK:
            request.ok("o1")
        case Outcome.FAIL:
            request.fail("422")
        case _:
            request.unknown("silence")
    return history


async def test_an_acknowledged_order_exists_once_and_was_said_once() -> None:
    ok = asked(Outcome.OK)
    assert (await intake.acknowledged_once(evidence(PLACED, history=ok, answers={"orders": [THERE]})))[1] == []
    gone = await intake.acknowledged_once(evidence(PLACED, history=ok, answers={"orders": []}))
    assert gone == (1, ["m (http) was acknowledged and exists 0 times"])
    doubled = await intake.acknowledged_once(evidence(PLACED, history=ok, answers={"orders": [THERE, THERE]}))
    assert doubled == (1, ["m (http) was acknowledged and exists 2 times"])
    unsaid = await intake.acknowledged_once(evidence(history=ok, answers={"orders": [THERE]}))
    assert unsaid == (1, ["m (http) was said to be placed 0 times"])
    other = [{**THERE, "id": "o2"}]
    assert (await intake.acknowledged_once(evidence(PLACED, history=ok, answers={"orders": other})))[1] == [
        "m (http) was acknowledged as o1 and is o2"
    ]


async def test_an_unknown_order_exists_at_most_once() -> None:
    unknown = asked(Outcome.UNKNOWN)
    for rows in ([], [THERE]):
        assert (await intake.unknown_at_most_once(evidence(history=unknown, answers={"orders": rows})))[1] == []
    twice = evidence(history=unknown, answers={"orders": [THERE, THERE]})
    assert (await intake.unknown_at_most_once(twice))[1] == ["m (http) was never answered and exists 2 times"]


async def test_a_refused_order_does_not_exist() -> None:
    refused = evidence(history=asked(Outcome.FAIL), answers={"orders": [THERE]})
    assert (await intake.refused_never(refused))[1] == ["m (http) was refused (422) and exists"]


async def test_every_letter_has_one_answer() -> None:
    door, result = "orders.intake.v1.p", "orders.intake-result.v1.p"
    letters = topic(said(("l1", 0), ("l1", 0), topic=door), door)
    yes = json.dumps({"accepted": True, "order_id": "o1"}).encode()
    other = json.dumps({"accepted": True, "order_id": "o2"}).encode()

    async def answered(*bodies: bytes) -> list[str]:
        [record] = said(("l1", 1), topic=result)
        answers = topic([dataclasses.replace(record, value=body) for body in bodies], result)
        found = evidence(letters, answers, answers={"orders": [{"id": "o1"}]})
        return (await intake.every_letter_answered(found))[1]

    assert await answered(yes) == []
    assert await answered(yes, yes) == []
    assert await answered() == ["the letter k of p has 0 answers"]
    assert await answered(yes, other) == [
        "the letter k of p has 2 answers", "p was told of order o2, which does not exist"
    ]  # fmt: skip
