"""What the documents point at is there."""

import re
from pathlib import Path

import pytest

root = Path(__file__).resolve().parents[3]
pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]


@pytest.mark.parametrize("page", pages)
def test_every_file_a_page_names_exists(page: str) -> None:
    text = (root / page).read_text()
    named = set(re.findall(r"\]\(((?!http)[^)#]+)\)", text))
    named |= {path for path in re.findall(r"`([\w./-]+/[\w./-]+\.(?:py|json|md|yaml))`", text) if path[0] not in "./"}
    assert [path for path in sorted(named) if not (root / path).exists()] == []
