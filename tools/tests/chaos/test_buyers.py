"""What an answer says about the order, and what a partner was told at its door."""

import dataclasses
import json

import httpx2
import pytest

from devkit.chaos.buyers import _note, read_answers
from devkit.truth import History, Outcome, Request
from devkit.truth.topics import Said, Topic


def asked(door: str = "http") -> tuple[History, Request]:
    history = History()
    return history, history.invoke(door, source="s", mark="m")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.OK),
        (200, Outcome.OK),
        (422, Outcome.FAIL),
        (404, Outcome.FAIL),
        (401, Outcome.UNKNOWN),
        (409, Outcome.UNKNOWN),
        (429, Outcome.UNKNOWN),
        (500, Outcome.UNKNOWN),
        (503, Outcome.UNKNOWN),
        (504, Outcome.UNKNOWN),
    ],
)
def test_only_a_plain_yes_acknowledges_and_only_a_plain_no_refuses(status: int, outcome: Outcome) -> None:
    _, request = asked()
    _note(request, httpx2.Response(status, json={"id": "o"}))
    assert request.outcome is outcome


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"accepted": True, "order_id": "o"}, Outcome.OK),
        ({"accepted": False, "reasons": [{"code": "unknown-sku"}]}, Outcome.FAIL),
    ],
)
def test_the_answer_at_the_door_is_the_answer(body: dict[str, object], outcome: Outcome) -> None:
    history, request = asked("door")
    answer = Said("t", 0, 0, "m", "id", "order.intake-result", 1, json.dumps(body).encode())
    stranger = dataclasses.replace(answer, key="somebody else's")
    read_answers(history, Topic("t", [stranger, answer], {0: 0}, {0: 2}))
    assert request.outcome is outcome
