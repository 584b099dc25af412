import base64
import json
import time
import warnings
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from chassis.refusals import Unauthenticated
from chassis.security import KeyRing, Principal, TokenVerifier, mint, new_key, public_keys
from chassis.security.tokens import LEEWAY, LIFETIME

AN = Principal(
    subject="an",
    name="An",
    session="s1",
    roles=frozenset({"SM"}),
    permissions=frozenset({"stock:read:own", "orders:write"}),
    stores=frozenset({"CH1"}),
)
KEY = new_key("k1")


def ring(*keys, revoked=()):
    made = KeyRing()
    made.learn(public_keys(keys or (KEY,)), revoked)
    return made


def refused_as(token: str, keys: KeyRing | None = None, audience: str = "orders") -> str:
    with pytest.raises(Unauthenticated) as caught:
        TokenVerifier(audience, keys or ring()).verify(token)
    return caught.value.code


def claims(**changed):
    now = int(time.time())
    whole = {
        "iss": "gateway", "aud": "orders", "sub": "an", "sid": "s1", "roles": [], "permissions": [], "stores": [],
        "iat": now, "exp": now + 60,
    }  # fmt: skip
    return {name: value for name, value in (whole | changed).items() if value is not None}


def signed(header=None, key=KEY, **changed) -> str:
    return jwt.encode({"alg": "Ed25519", "kid": "k1"} | (header or {}), claims(**changed), key, algorithms=["Ed25519"])


def unsigned(header) -> str:
    parts = (json.dumps(part).encode() for part in (header, claims()))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


def test_a_minted_token_tells_its_bearer_again():
    assert TokenVerifier("orders", ring()).verify(mint(KEY, AN, "orders")) == AN


def test_a_token_is_for_one_service_only():
    assert refused_as(mint(KEY, AN, "inventory")) == "token-audience"
    assert refused_as(signed(aud=["orders", "inventory"])) == "token-audience"


def test_a_token_ends_after_a_minute_and_the_clocks_difference():
    now = time.time()
    inside = mint(KEY, AN, "orders", now=now - LIFETIME - LEEWAY + 2)

    assert TokenVerifier("orders", ring()).verify(inside) == AN
    assert refused_as(mint(KEY, AN, "orders", now=now - LIFETIME - LEEWAY - 1)) == "token-expired"


def test_a_token_seen_before_still_ends():
    verifier = TokenVerifier("orders", ring())
    token = mint(KEY, AN, "orders", now=time.time() - LIFETIME - LEEWAY + 1.5)
    assert verifier.verify(token) == AN

    time.sleep(2)

    with pytest.raises(Unauthenticated, match="token-expired"):
        verifier.verify(token)


def test_nobody_gets_a_longer_life_than_a_minute():
    assert refused_as(signed(exp=int(time.time()) + 3600)) == "token-invalid"
    assert mint(KEY, AN, "orders", lifetime=3600)


def test_a_token_of_tomorrow_is_refused():
    now = int(time.time()) + 600
    assert refused_as(signed(iat=now, exp=now + 60)) == "token-invalid"


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "iat", "exp", "roles", "permissions", "stores"])
def test_a_token_without_one_of_its_claims_is_refused(missing: str):
    assert refused_as(signed(**{missing: None})) in ("token-invalid", "token-audience")


def test_a_token_of_anybody_elses_making_is_refused():
    stranger = new_key("k1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        symmetric = jwt.encode(
            {"alg": "HS256", "kid": "k1"}, claims(), OctKey.import_key("x" * 40), algorithms=["HS256"]
        )

    assert refused_as(signed(key=stranger)) == "token-invalid"
    assert refused_as(signed(iss="somebody")) == "token-invalid"
    assert refused_as(symmetric) == "token-invalid"


@pytest.mark.parametrize("alg", ["none", "None", "EdDSA", "HS256", "RS256", None])
def test_a_token_that_names_another_way_to_sign_is_refused(alg):
    assert refused_as(unsigned({"alg": alg, "kid": "k1", "typ": "JWT"})) == "token-invalid"


def test_a_changed_token_is_refused():
    head, _, signature = mint(KEY, AN, "orders").split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(permissions=["users:write"])).encode()).decode().rstrip("=")

    assert refused_as(f"{head}.{body}.{signature}") == "token-invalid"


@pytest.mark.parametrize("text", ["gk_live_0123456789abcdef", "", "a.b.c", "....", "ă" * 30, "x" * 100_000])
def test_an_api_key_or_anything_else_is_no_token(text: str):
    assert refused_as(text) == "token-invalid"


def test_a_revoked_session_ends_its_tokens_at_once():
    keys = ring()
    verifier = TokenVerifier("orders", keys)
    token = mint(KEY, AN, "orders")
    assert verifier.verify(token) == AN

    keys.learn(None, ["s1"])

    with pytest.raises(Unauthenticated, match="token-revoked"):
        verifier.verify(token)


def test_old_and_new_key_both_hold_during_a_rotation(tmp_path: Path):
    old, new = new_key("old"), new_key("new")
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public_keys([old])))
    keys = KeyRing(file)
    assert TokenVerifier("orders", keys).verify(mint(old, AN, "orders")) == AN
    assert refused_as(mint(new, AN, "orders"), keys) == "token-invalid"

    file.write_text(json.dumps(public_keys([old, new])))

    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and keys.find("new") is None:
        time.sleep(0.05)
    assert TokenVerifier("orders", keys).verify(mint(new, AN, "orders")) == AN
    assert TokenVerifier("orders", keys).verify(mint(old, AN, "orders")) == AN


@pytest.mark.parametrize("content", ["", "{", "[]", '{"keys": [{"kty": "OKP"}]}'])
def test_a_half_written_key_file_leaves_the_last_good_keys(
    tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("chassis.security.key_file.LOOK_AGAIN", 0)
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(public_keys([KEY])))
    keys = KeyRing(file)
    assert keys.find("k1") is not None

    file.write_text(content)

    assert keys.find("k1") is not None


def test_with_the_file_away_the_learnt_keys_hold(tmp_path: Path):
    keys = KeyRing(tmp_path / "nowhere.json")
    assert keys.find("k1") is None

    keys.learn(public_keys([KEY]), ())

    assert TokenVerifier("orders", keys).verify(mint(KEY, AN, "orders")) == AN


def test_the_published_keys_hold_no_private_part():
    assert "d" not in public_keys([KEY])["keys"][0]


def test_own_store_rights_confine_and_whole_rights_do_not():
    assert AN.may("stock:read")
    assert AN.stores_for("stock:read") == {"CH1"}
    assert AN.stores_for("orders:write") is None
    assert AN.stores_for("users:read") == frozenset()
    assert not AN.may("users:read")
