"""Old and new keys side by side: no call breaks while keys are changed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import KeySet

from chassis.refusals import Unauthenticated
from chassis.security import Principal, new_key
from gateway.application import access_tokens
from gateway.application.login import Login
from gateway.application.signing_keys import NoSigningKey, SigningKeys, digest


@pytest.fixture(autouse=True)
def always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.security.key_file.LOOK_AGAIN", 0.0)


def written(file: Path, *keys: Any) -> SigningKeys:
    file.write_text(json.dumps(KeySet(list(keys)).as_dict(private=True)))
    os.utime(file, ns=(0, len(keys)))
    return SigningKeys(file)


def test_a_token_of_the_old_key_holds_while_the_new_one_signs(tmp_path: Path) -> None:
    old, new = new_key("old"), new_key("new")
    keys = written(tmp_path / "keys", old)
    token = access_tokens.mint(keys, "s", "u", 600)
    keys = written(tmp_path / "keys", new, old)
    assert access_tokens.verify(keys, token).session == "s"
    assert keys.current().kid == "new"
    assert {key["kid"] for key in keys.public()["keys"]} == {"old", "new"}
    keys = written(tmp_path / "keys", new)
    with pytest.raises(Unauthenticated, match="token-invalid"):
        access_tokens.verify(keys, token)


def test_a_running_gateway_follows_its_file_and_survives_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    keys = written(file, new_key("old"))
    assert keys.current().kid == "old"
    file.write_text("{")
    assert keys.current().kid == "old"
    written(file, new_key("new"), new_key("old"))
    assert keys.current().kid == "new"


def test_without_a_key_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoSigningKey, match="rotate_keys"):
        SigningKeys(None).current()
    with pytest.raises(NoSigningKey, match="rotate_keys"):
        SigningKeys(tmp_path / "nothing").current()


def test_the_public_set_has_no_private_part_and_its_digest_no_order(tmp_path: Path) -> None:
    one, two = new_key("one"), new_key("two")
    first = written(tmp_path / "a", one, two).public()
    second = written(tmp_path / "b", two, one).public()
    assert all("d" not in key for key in first["keys"])
    assert digest(first) == digest(second)


def test_a_login_reuses_a_token_per_service_until_it_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1_000_000.0]
    monkeypatch.setattr("gateway.application.login.time.time", lambda: moment[0])
    login = Login(principal=Principal(subject="u"), name="u", user="u", expires=2_000_000.0)
    key = new_key("k")
    first = login.token_for("orders", key)
    moment[0] += 39
    assert login.token_for("orders", key) == first
    assert login.token_for("crm", key) != first
    moment[0] += 2
    assert login.token_for("orders", key) != first


def test_a_login_that_is_over_or_was_changed_does_not_hold() -> None:
    assert not Login(principal=Principal(subject="u"), name="u", user="u", expires=0.0).holds()
    assert not Login(principal=Principal(subject="u"), name="u", user="u", expires=9e12, dead=True).holds()
