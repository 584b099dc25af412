"""What was asked, against the orders there are."""

from __future__ import annotations

from collections import Counter, defaultdict

from devkit.truth.evidence import Evidence
from devkit.truth.history import Outcome, Request
from devkit.verdict import Found

_ORDERS = """
    SELECT o.id::text, o.source, coalesce(o.external_id, o.note) AS mark, p.code IS NOT NULL AS in_progress
    FROM orders o LEFT JOIN progress p ON p.order_id = o.id WHERE o.source = ANY($1)
"""


async def acknowledged_once(found: Evidence) -> Found:
    """Each order that was answered yes: one row, one progress, said once on its topic, under the id of the answer."""
    asked = [request for request in found.history.requests if request.outcome is Outcome.OK]
    there = await _ids(found)
    said = Counter(event.key for event in found.topic("orders.order.v1").events("order.placed"))
    wrong = []
    for request in asked:
        ids = there[request.source, request.mark]
        if len(ids) != 1:
            wrong.append(f"{_named(request)} was acknowledged and exists {len(ids)} times")
        elif ids[0] != request.order_id:
            wrong.append(f"{_named(request)} was acknowledged as {request.order_id} and is {ids[0]}")
        elif said[ids[0]] != 1:
            wrong.append(f"{_named(request)} was said to be placed {said[ids[0]]} times")
    return len(asked), wrong


async def unknown_at_most_once(found: Evidence) -> Found:
    asked = [r for r in found.history.requests if r.outcome in (Outcome.UNKNOWN, Outcome.INVOKED)]
    there = await _ids(found)
    wrong = [
        f"{_named(request)} was never answered and exists {len(there[request.source, request.mark])} times"
        for request in asked
        if len(there[request.source, request.mark]) > 1
    ]
    return len(asked), wrong


async def refused_never(found: Evidence) -> Found:
    """Neither what was refused nor what nobody asked for."""
    refused = [request for request in found.history.requests if request.outcome is Outcome.FAIL]
    there = await _ids(found)
    wrong = [
        f"{_named(request)} was refused ({request.why}) and exists"
        for request in refused
        if there[request.source, request.mark]
    ]
    asked = {(request.source, request.mark) for request in found.history.requests}
    wrong += [f"{mark} of {source} exists, and nobody placed it" for source, mark in there.keys() - asked]
    return len(refused), wrong


async def every_letter_answered(found: Evidence) -> Found:
    """Whatever was handed in is answered, always the same; what was accepted exists."""
    wrong, letters = [], 0
    known = {row["id"] for row in await found.ask("orders", "SELECT id::text FROM orders")}
    answers: dict[tuple[str, str], set[tuple[bool, str | None]]] = defaultdict(set)
    for topic in found.topics_like("orders.intake-result.v1"):
        for answer in topic.records:
            body = answer.body
            answers[topic.name.rpartition(".")[2], answer.id].add((body["accepted"], body.get("order_id")))
    for topic in found.topics_like("orders.intake.v1"):
        partner = topic.name.rpartition(".")[2]
        for letter in topic.events():
            letters += 1
            told = answers[partner, letter.id]
            if len(told) != 1:
                wrong.append(f"the letter {letter.key} of {partner} has {len(told)} answers")
            lies = [id for accepted, id in told if accepted and id not in known]
            wrong += [f"{partner} was told of order {id}, which does not exist" for id in lies]
    return letters, wrong


async def _ids(found: Evidence) -> dict[tuple[str, str], list[str]]:
    """(source, mark) -> ids of the orders that bear them."""
    sources = sorted({request.source for request in found.history.requests})
    there: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in await found.ask("orders", _ORDERS, sources):
        if row["in_progress"]:
            there[row["source"], row["mark"]].append(row["id"])
    return there


def _named(request: Request) -> str:
    return f"{request.mark} ({request.door})"
