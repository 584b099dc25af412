"""The command line as somebody types it: found, grouped, explained, finished by the shell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from devkit.cli import COMMANDS, COMPLETE, application
from devkit.workspace import ROOT


def told(*words: str) -> str:
    done = CliRunner(env={"COLUMNS": "120", "TERM": "dumb", "NO_COLOR": "1"}).invoke(application(), [*words])
    return done.output


def test_the_help_shows_every_command_under_what_it_is_for() -> None:
    shown = told("--help")
    for name, entry in COMMANDS.items():
        assert f" {name} " in shown
        assert f" {entry.panel} " in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_own_help_shows_its_examples(name: str) -> None:
    shown = told(name, "--help")
    for example in COMMANDS[name].examples:
        assert example in shown


@pytest.mark.parametrize(("group", "command"), [("partner", "add"), ("consumer", "rebuild"), ("contracts", "release")])
def test_a_command_below_another_shows_its_own_examples_only(group: str, command: str) -> None:
    shown = told(group, command, "--help")
    assert f"./dev {group} {command}" in shown
    assert not any(
        example in shown for example in COMMANDS[group].examples if not example.startswith(f"./dev {group} {command}")
    )


def test_a_word_that_is_none_gets_a_suggestion() -> None:
    assert "Did you mean 'status'" in told("stauts")


@pytest.mark.parametrize(
    ("typed", "place", "finished"),
    [("./dev cha", 1, "chaos"), ("./dev partner ad", 2, "add"), ("./dev up --det", 2, "--detach")],
)
def test_the_shell_can_finish_what_was_begun(typed: str, place: int, finished: str) -> None:
    asked = {COMPLETE: "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(place)}
    command = [sys.executable, "-m", "devkit"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | asked, capture_output=True, text=True, check=False)
    assert done.stdout.split() == [finished]


def test_the_script_for_the_shell_calls_dev_by_its_name() -> None:
    script = told("completion", "bash")
    assert "complete -o default -F _dev_completion ./dev" in script
    assert f"{COMPLETE}=complete_bash $1" in script
