"""Schemathesis over the merged document, as every role: what it asks follows from the document alone.

Each operation is gone through in depth (every boundary of its schema, then chance) as one of the roles that may call
it; every role, and nobody, also walks from call to call (place, then confirm) by the document's links. Everything is
seeded. All checks of schemathesis are on but two (``EXCLUDED``).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from intruder import Intruder
from paper import ROLES, may

pytestmark = pytest.mark.slow
SEED = 20260731
NOBODY = "nobody"
LEFT_OUT = {("post", "/api/auth/logout"), ("post", "/api/me/password"), ("get", "/api/events")}
"""What would end the very session that asks, which the tests of tokens call; and the stream, which has no end."""
REFUSED_BY_BUSINESS = ["2xx", 400, 401, 403, 404, 409, 412, 422, 428, 429]
"""A request may be all that the schema says and still name goods that nobody sells, or an order that is closed.

400 is for addresses that hold what can be read in two ways, a control character for one; 401 for the sign-in, whose
credentials are made up."""


EXCLUDED = "ignored_auth,allow_header_conformance"
"""Who asks without a token that often is told 429 and not 401: test_access asks every route as nobody. ``Allow`` names
every method of a path, and the document of a role only its own: libs/chassis/tests/http/test_application.py."""


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Method, path and right of every operation to be tried."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if (method, path) not in LEFT_OUT:
                yield method, path, operation["x-permission"]


def allowed(document: Mapping[str, Any], role: str) -> dict[str, Any]:
    """The document with what this role may call, and nothing else."""
    mine = {
        (method, path)
        for method, path, right in operations(document)
        if (right == "public" if role == NOBODY else right != "public" and may(role, right))
    }
    paths = {
        path: {method: operation for method, operation in item.items() if (method, path) in mine}
        for path, item in document["paths"].items()
    }
    kept = {operation["operationId"] for item in paths.values() for operation in item.values()}
    for item in paths.values():
        for operation in item.values():
            for answer in operation["responses"].values():
                known = {name: each for name, each in answer.get("links", {}).items() if each["operationId"] in kept}
                if "links" in answer:
                    answer["links"] = known
    return {**document, "paths": {path: item for path, item in paths.items() if item}}


def in_depth_as(document: Mapping[str, Any]) -> dict[str, str]:
    """Operation -> the role as which it is tried in depth: of those that may, the one with the least to do so far."""
    burden = dict.fromkeys((*ROLES, NOBODY), 0)
    found: dict[str, str] = {}
    for method, path, right in operations(document):
        able = [NOBODY] if right == "public" else [role for role in ROLES if may(role, right)]
        role = min(able, key=burden.__getitem__)
        burden[role] += 1
        found[document["paths"][path][method]["operationId"]] = role
    return found


def settings(document: Mapping[str, Any], only_walked: list[str]) -> str:
    """Of schemathesis. What another role tries in depth, this one only meets on its way."""
    lines = [
        "continue-on-failure = true",
        f"seed = {SEED}",
        "workers = 1",  # two at once trip over CPython 3.11, whose ast.parse is not safe in threads
        "request-timeout = 40",
        "[generation]",
        "max-examples = 2",
        'database = "none"',
        "no-shrink = true",
        "[phases.stateful]",
        "max-steps = 5",
        "[phases.stateful.generation]",
        "max-examples = 4",
        "[checks.positive_data_acceptance]",
        f"expected-statuses = {json.dumps(REFUSED_BY_BUSINESS)}",
    ]
    for name in only_walked:
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(name)}"]
        for phase in ("examples", "coverage", "fuzzing"):
            lines += [f"[operations.phases.{phase}]", "enabled = false"]
    return "\n".join(lines)


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
async def test_whatever_is_asked_is_answered_as_the_document_says(
    intruder: Intruder, tokens: Mapping[str, str], tmp_path: Path, role: str
) -> None:
    whole = (await intruder.ask(intruder.gateway, "GET", "/api/openapi.json")).json()
    document = allowed(whole, role)
    depths = in_depth_as(whole)
    mine = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    (tmp_path / "schemathesis.toml").write_text(
        settings(document, sorted(name for name in mine if depths.get(name) != role))
    )
    report = tmp_path / "report.json"
    credentials = [] if role == NOBODY else ["--header", f"Authorization: Bearer {tokens[role]}"]
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "run", "openapi.json",
        "--url", intruder.gateway, "--checks", "all", "--exclude-checks", EXCLUDED, "--no-color", *credentials,
        "--report", "json", "--report-json-path", str(report),
    ]  # fmt: skip
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240
    )

    assert report.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(report.read_text())
    assert told["failures"] + told["errors"] == [], _shown(told, done.stdout)
    assert told["test_cases"]["generated"] > len(mine)
    if role not in (NOBODY, "ADMIN"):  # an administrator may end any session, and comes across his own
        still = await intruder.ask(intruder.gateway, "GET", "/api/me", token=tokens[role])
        assert still.status_code == 200, "the session ended on the way, so the rest was not tried"


def _shown(told: Mapping[str, Any], output: str) -> str:
    kinds = [f"{each['title']} ×{each['count']}: {', '.join(each['operations'][:6])}" for each in told["failures"]]
    return "\n".join([*kinds, output[-6000:]])
