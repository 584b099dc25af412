import io
import json
import logging
from typing import Annotated

import pytest
import structlog
from pydantic import BaseModel

from chassis import logs
from chassis.masking import HIDDEN, masked, without_secrets
from contracts import Personal


class Contact(BaseModel):
    name: Annotated[str, Personal]
    phone: Annotated[str, Personal] = "+84901234567"
    province: str = "HN"


class Letter(BaseModel):
    id: int = 1
    contact: Contact
    others: list[Contact] = []
    note: Annotated[str | None, Personal] = None


def test_every_personal_field_is_hidden_wherever_it_stands():
    letter = Letter(contact=Contact(name="An"), others=[Contact(name="Bình")])

    hidden = masked(Letter, letter.model_dump())

    assert hidden == {
        "id": 1,
        "contact": {"name": HIDDEN, "phone": HIDDEN, "province": "HN"},
        "others": [{"name": HIDDEN, "phone": HIDDEN, "province": "HN"}],
        "note": None,
    }
    assert letter.contact.name == "An"


@pytest.mark.parametrize(
    "data", [None, [], "text", {}, {"contact": None}, {"contact": "x", "others": {"a": 1}}, {"others": "no list"}]
)
def test_data_that_is_not_as_the_model_says_is_no_reason_to_fail(data):
    assert json.dumps(masked(Letter, data)) is not None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("gọi +84901234567 ngay", f"gọi {HIDDEN}567 ngay"),
        ("mail an.le+x@example.vn", f"mail {HIDDEN}@example.vn"),
        ("postgresql://orders:s3cret@db:5432/orders", f"postgresql://orders:{HIDDEN}@db:5432/orders"),
        ("Bearer eyJhbGciOiJFZDI1NTE5In0.eyJzdWIiOiJhbiJ9.c2ln", f"Bearer {HIDDEN}"),
        ("order DH2511220042, 2 lines", "order DH2511220042, 2 lines"),
    ],
)
def test_secrets_and_persons_are_known_by_their_form(value: str, shown: str):
    assert without_secrets(value) == shown


def test_secrets_are_known_by_their_name_and_models_by_their_marks():
    shown = without_secrets(
        {"kafka_password": "x", "Authorization": "y", "body": Contact(name="An"), "list": ["+84901234567"], "n": 5}
    )

    assert shown == {
        "kafka_password": HIDDEN,
        "Authorization": HIDDEN,
        "body": {"name": HIDDEN, "phone": HIDDEN, "province": "HN"},
        "list": [f"{HIDDEN}567"],
        "n": 5,
    }


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch):
    out, root = io.StringIO(), logging.getLogger()
    before = root.handlers[:], root.level
    monkeypatch.setattr("sys.stdout", out)
    logs.configure("orders", "api", "info")
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_our_lines_and_other_libraries_lines_have_one_form(lines):
    structlog.get_logger("ours").warning("parked", key="k", phone="+84901234567")
    logging.getLogger("theirs").error("lost %s", "+84901234567")
    logging.getLogger("theirs").debug("too much")

    ours, theirs = lines()

    assert {name: ours[name] for name in ("event", "key", "phone", "level", "logger", "service", "role")} == {
        "event": "parked", "key": "k", "phone": f"{HIDDEN}567", "level": "warning", "logger": "ours",
        "service": "orders", "role": "api",
    }  # fmt: skip
    assert (theirs["event"], theirs["logger"], theirs["level"]) == (f"lost {HIDDEN}567", "theirs", "error")


def test_a_traceback_is_one_line_and_tells_no_secret(lines):
    try:
        raise RuntimeError("password in postgresql://orders:s3cret@db/orders")
    except RuntimeError as error:
        structlog.get_logger("ours").error("failed", exc_info=error)

    (line,) = lines()

    assert "RuntimeError" in line["exception"]
    assert "s3cret" not in json.dumps(line)


def test_what_somebody_typed_ends_no_line(lines):
    structlog.get_logger("ours").warning("login failed", login="a\u2028b\u2029c\x85d\ne")

    (line,) = lines()

    assert line["login"] == "a\u2028b\u2029c\x85d\ne"
