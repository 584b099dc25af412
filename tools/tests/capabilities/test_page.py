"""The page of capabilities says what the tests show, and the ids are those of the domain reference."""

from pathlib import Path

from devkit.capabilities.page import DOMAIN, PAGE, is_current, page, unexplained
from devkit.capabilities.sources import ids_in

root = Path(__file__).resolve().parents[3]


def test_the_page_is_current() -> None:
    assert is_current(root), "run ./dev contracts generate"


def test_a_page_that_tells_of_yesterday_is_not_current(tmp_path: Path) -> None:
    repository = a_repository(tmp_path)
    assert not is_current(repository)
    (repository / PAGE).write_text(page(repository))
    assert is_current(repository)
    (repository / "services/orders/tests/test_duplicates.py").unlink()
    assert not is_current(repository)


def test_every_id_in_the_code_is_explained_in_the_domain_reference() -> None:
    assert unexplained(root) == {}


def test_a_range_names_every_id_in_it() -> None:
    assert ids_in("see SHP-01 to 03 and ORD-14") == ["ORD-14", "SHP-01", "SHP-02", "SHP-03"]


def a_repository(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / DOMAIN).write_text("- **ORD-06** Duplicates. They are flagged.\n")
    tests = tmp_path / "services/orders/tests"
    tests.mkdir(parents=True)
    (tests / "test_duplicates.py").write_text(
        "import pytest\n\n\n@pytest.mark.capability('ORD-06')\ndef test_a_twin_is_flagged() -> None:\n    assert True\n"
    )
    entrypoints = tmp_path / "services/orders/src/orders/entrypoints"
    entrypoints.mkdir(parents=True)
    (entrypoints / "http.py").write_text(
        '@router.post("/orders")\nasync def place() -> None:\n    """Place (ORD-06)."""\n'
    )
    return tmp_path


def test_a_row_names_the_rule_the_endpoint_and_the_test(tmp_path: Path) -> None:
    text = page(a_repository(tmp_path))
    assert "## ORD-06 Duplicates" in text
    assert "`POST /api/orders`" in text
    assert "- a twin is flagged" in text
    assert "services/orders/tests/test_duplicates.py" in text


def test_an_id_that_nobody_explains_is_found(tmp_path: Path) -> None:
    repository = a_repository(tmp_path)
    (repository / DOMAIN).write_text("nothing\n")
    assert set(unexplained(repository)) == {"ORD-06"}
