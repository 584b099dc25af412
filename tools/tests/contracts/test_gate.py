"""The gate over the repository's own contracts."""

import json
from pathlib import Path

import pytest

from devkit.contracts import gate
from devkit.contracts.documents import RELEASED
from devkit.contracts.language import Reader, readers

root = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def known() -> dict[str, list[Reader]]:
    return dict(readers())


def test_the_contracts_keep_what_was_released(known: dict[str, list[Reader]]) -> None:
    assert list((root / RELEASED).glob("*/*.json")), "nothing was released yet"
    assert gate.verdicts(root, known) == []


def test_every_generated_file_is_what_the_contracts_say(known: dict[str, list[Reader]]) -> None:
    assert gate.drift(root, known) == []


def test_a_break_names_the_services_that_read_the_event(tmp_path: Path, known: dict[str, list[Reader]]) -> None:
    gate.release(tmp_path, known)
    placed = tmp_path / RELEASED / "orders.order.v1" / "order.placed.json"
    promised = json.loads(placed.read_text())
    promised["properties"]["gift_wrap"] = {"type": "boolean"}
    promised["required"].append("gift_wrap")
    placed.write_text(json.dumps(promised))

    (verdict,) = gate.verdicts(tmp_path, known)

    assert verdict.broken.field == "gift_wrap"
    assert {"accounting", "crm", "inventory", "shipping"} <= set(verdict.hits)


def test_what_breaks_is_not_released(tmp_path: Path, known: dict[str, list[Reader]]) -> None:
    gone = tmp_path / RELEASED / "orders.order.v1" / "order.vanished.json"
    gone.parent.mkdir(parents=True)
    gone.write_text("{}")
    with pytest.raises(ValueError, match=r"order\.vanished"):
        gate.release(tmp_path, known)


def test_generating_twice_changes_nothing_the_second_time(tmp_path: Path, known: dict[str, list[Reader]]) -> None:
    assert gate.generate(tmp_path, known)
    assert gate.generate(tmp_path, known) == []
