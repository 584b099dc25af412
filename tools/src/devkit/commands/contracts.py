"""``./dev contracts``: generate the documents, check the promise, release a version."""

from __future__ import annotations

import typer

from devkit.capabilities import page as capabilities
from devkit.contracts import gate, samples
from devkit.contracts.language import readers
from devkit.steps import console
from devkit.trouble import Trouble
from devkit.workspace import ROOT


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="What is generated from the contracts, and what may change in them.")
    for command in (generate, check, release):
        group.command()(command)
    app.add_typer(group, name="contracts")


def generate() -> None:
    """Write schemas, AsyncAPI documents, docs/topics.md, docs/capabilities.md and missing golden samples."""
    changed = [*gate.generate(ROOT, readers()), *samples.write_missing(ROOT)]
    if not capabilities.is_current(ROOT):
        (ROOT / capabilities.PAGE).write_text(capabilities.page(ROOT))
        changed.append(capabilities.PAGE)
    for path in changed:
        console.print(f"wrote {path}")
    console.print(f"{len(changed)} file(s) changed.")


def check() -> None:
    """Fail if a contract breaks what was released, or if a generated file is not what the contracts say."""
    known = readers()
    found = [f"breaks: {verdict}" for verdict in gate.verdicts(ROOT, known)]
    stale = [*gate.drift(ROOT, known), *([] if capabilities.is_current(ROOT) else [capabilities.PAGE])]
    found += [f"stale: {path}: run `./dev contracts generate`" for path in stale]
    if found:
        raise Trouble("\n".join(found))
    console.print("The contracts keep what was released, and every generated file is current.")


def release() -> None:
    """Freeze today's schemas: from now on nothing may break them."""
    try:
        frozen = gate.release(ROOT, readers())
    except ValueError as error:
        raise Trouble(str(error)) from error
    console.print(f"Released {len(frozen)} new or widened event schema(s).")
