"""A rotation in three steps, none of which breaks a call."""

import json
import stat
from pathlib import Path

import pytest

from chassis.security import KeyRing, Principal, TokenVerifier, mint
from gateway.application import access_tokens
from gateway.application.signing_keys import SigningKeys
from gateway.rotate_keys import main, rotate


def test_the_first_key_signs_and_only_we_may_read_it(tmp_path: Path) -> None:
    signing, trusted = tmp_path / "signing.json", tmp_path / "trusted.json"
    (name,) = rotate(signing, trusted, "add")
    assert SigningKeys(signing).current().kid == name
    assert stat.S_IMODE(signing.stat().st_mode) == 0o600
    assert "d" not in json.loads(trusted.read_text())["keys"][0]


def test_at_every_step_services_believe_what_was_minted_before_and_is_minted_now(tmp_path: Path) -> None:
    signing, trusted = tmp_path / "signing.json", tmp_path / "trusted.json"
    rotate(signing, trusted, "add")
    minted: list[str] = []
    for step in ("add", "use", "add", "use"):
        rotate(signing, trusted, step)
        keys = SigningKeys(signing)
        minted.append(mint(keys.current(), Principal(subject="x"), "orders"))
        verifier = TokenVerifier("orders", KeyRing(trusted))
        assert all(verifier.verify(token).subject == "x" for token in minted)
        session = access_tokens.mint(keys, "s", "u", 600)
        assert access_tokens.verify(keys, session).session == "s"
    assert len(rotate(signing, trusted, "drop")) == 1
    assert TokenVerifier("orders", KeyRing(trusted)).verify(minted[-1])


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="usage"):
        main(["x"])
    main([str(tmp_path / "signing.json"), str(tmp_path / "trusted.json"), "add"])
    assert "signs: key-" in capsys.readouterr().out
