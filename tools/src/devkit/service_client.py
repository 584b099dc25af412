"""Speaks to one service past the gateway, as the operator of this machine: he holds the key that services trust."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from joserfc.jwk import KeySet, OKPKey

from chassis.security import Principal
from chassis.security.tokens import mint
from devkit.caller import Refused, problem_of
from devkit.stack.home import Home
from devkit.trouble import Trouble


def ask(home: Home, service: str, method: str, path: str, *permissions: str, body: Any = None) -> Any:
    """The JSON a service answers. Raises ``Refused``, or ``Trouble`` where nothing answers."""
    url = f"http://127.0.0.1:{home.ports.api(service)}{path}"
    headers = {"authorization": f"Bearer {_token(home, service, frozenset(permissions))}"}
    try:
        answer = httpx2.request(method, url, headers=headers, json=body, timeout=30)
    except httpx2.HTTPError:
        raise Trouble(f"{service} does not answer: look at `./dev status`.") from None
    if not answer.is_success:
        raise Refused(method, path, answer.status_code, problem_of(answer))
    return answer.json()


def _token(home: Home, service: str, permissions: frozenset[str]) -> str:
    try:
        keys = KeySet.import_key_set(json.loads((home.keys / "signing.json").read_text()))
    except FileNotFoundError:
        raise Trouble("There is no stack here yet: start it with `./dev up`.") from None
    [key, *_] = keys.keys
    assert isinstance(key, OKPKey)
    operator = Principal(
        subject="operator", name="operator of this machine", session="dev", roles=frozenset({"ADMIN"}),
        permissions=permissions, stores=frozenset(), kind="user",
    )  # fmt: skip
    return mint(key, operator, service)
