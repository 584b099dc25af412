"""``./dev contracts``: generate the documents, check the promise, release a version."""

from pathlib import Path

import typer

from devkit.capabilities import page as capabilities
from devkit.contracts import gate, samples
from devkit.contracts.language import readers

app = typer.Typer(no_args_is_help=True, help="The contracts: what is generated from them, and what may change.")

_root = Path(__file__).resolve().parents[4]


@app.command()
def generate() -> None:
    """Write schemas, AsyncAPI documents, docs/topics.md, docs/capabilities.md and missing golden samples."""
    changed = [*gate.generate(_root, readers()), *samples.write_missing(_root)]
    told = _root / capabilities.PAGE
    if not told.exists() or told.read_text() != capabilities.page(_root):
        told.write_text(capabilities.page(_root))
        changed.append(capabilities.PAGE)
    for path in changed:
        typer.echo(f"wrote {path}")
    typer.echo(f"{len(changed)} file(s) changed")


@app.command()
def check() -> None:
    """Fail if a contract breaks what was released, or if a generated file is not what the contracts say."""
    known = readers()
    broken = gate.verdicts(_root, known)
    for verdict in broken:
        typer.echo(f"breaks: {verdict}", err=True)
    stale = gate.drift(_root, known)
    for path in stale:
        typer.echo(f"stale: {path}: run ./dev contracts generate", err=True)
    if broken or stale:
        raise typer.Exit(1)
    typer.echo("the contracts keep what was released, and every generated file is current")


@app.command()
def release() -> None:
    """Freeze today's schemas: from now on nothing may break them."""
    try:
        frozen = gate.release(_root, readers())
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"released {len(frozen)} new or widened event schema(s)")
