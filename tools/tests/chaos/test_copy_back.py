"""A copy or a database that was begun is made whole, or it is none."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devkit.chaos import copy_back
from devkit.trouble import Trouble


class Lock:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *error: object) -> None: ...


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(copy_back, "PAUSE", 0)
    monkeypatch.setattr(copy_back, "database_url", lambda home, service: "postgresql://")
    return cast("Any", SimpleNamespace(home=SimpleNamespace(folder=tmp_path), databases=Lock()))


async def test_a_copy_that_fails_is_taken_again(arena: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tries = []

    async def dump(arena: Any, program: str, *words: str) -> None:
        tries.append(program)
        (tmp_path / "crm.part").write_text("" if len(tries) < 3 else "whole")
        if len(tries) < 3:
            raise Trouble("the server is starting up")

    monkeypatch.setattr(copy_back, "_run", dump)
    await copy_back.take_copy(arena, cast("Any", None))
    assert (len(tries), (tmp_path / "crm.copy").read_text()) == (3, "whole")


async def test_a_copy_that_never_came_about_is_not_put_back(
    arena: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def dump(arena: Any, program: str, *words: str) -> None:
        (tmp_path / "crm.part").write_text("")
        raise Trouble("the disk is full")

    monkeypatch.setattr(copy_back, "_run", dump)
    with pytest.raises(Trouble, match="disk"):
        await copy_back.take_copy(arena, cast("Any", None))
    assert await copy_back.put_back(arena, cast("Any", None)) == "there is no copy yet"
