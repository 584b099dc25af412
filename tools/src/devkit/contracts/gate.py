"""Holding the working tree against what was released, and freezing what is to be promised from now on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devkit.contracts.compatibility import Break, breaks
from devkit.contracts.documents import RELEASED, SCHEMAS, files
from devkit.contracts.language import Reader, all_events, schema


@dataclass(frozen=True, slots=True)
class Verdict:
    """A break and the services that read the event: those it would hit."""

    broken: Break
    hits: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.broken} (read by {', '.join(self.hits) or 'nobody of ours; partners may'})"


def verdicts(root: Path, readers: Mapping[str, list[Reader]]) -> list[Verdict]:
    """What the contracts in the tree break of what was released. Empty means: may be deployed."""
    current = {f"{event.topic}/{name}": schema(event) for _, name, event in all_events()}
    found: list[Verdict] = []
    for path in sorted((root / RELEASED).glob("*/*.json")):
        topic, name = path.parent.name, path.stem
        hits = tuple(sorted({reader.service for reader in readers.get(topic, ())}))
        released = json.loads(path.read_text())
        found += [Verdict(broken, hits) for broken in breaks(name, released, current.get(f"{topic}/{name}"))]
    return found


def drift(root: Path, readers: Mapping[str, list[Reader]]) -> list[str]:
    """Generated files that are not what the contracts say now, and files there that nothing generates any more."""
    wanted = dict(files(readers))
    stale = [path for path, text in wanted.items() if _read(root / path) != text]
    there = {str(path.relative_to(root)) for path in (root / SCHEMAS).glob("*/*.json")}
    return sorted({*stale, *(there - wanted.keys())})


def generate(root: Path, readers: Mapping[str, list[Reader]]) -> list[str]:
    """Write what drifted; tell which."""
    changed = drift(root, readers)
    wanted = dict(files(readers))
    for path in changed:
        target = root / path
        if path in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted[path])
        else:
            target.unlink()
    return changed


def release(root: Path, readers: Mapping[str, list[Reader]]) -> list[str]:
    """Freeze today's schemas as the promise of tomorrow. Refused (``ValueError``) while something is broken."""
    if broken := verdicts(root, readers):
        raise ValueError("not released, the contracts break what is promised:\n" + "\n".join(map(str, broken)))
    frozen: list[str] = []
    for _, name, event in all_events():
        target = root / RELEASED / event.topic / f"{name}.json"
        text = json.dumps(schema(event), ensure_ascii=False, indent=2) + "\n"
        if _read(target) != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            frozen.append(f"{event.topic}/{name}")
    return frozen


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None
