"""Long steps show that they are under way, how far they are, and how long they took."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

console = Console(highlight=False)


class Steps:
    """Several steps may be under way at once. Without a terminal each prints one line when it ends."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
            TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip

    def __enter__(self) -> Steps:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Yields who hears (done, of how many). A step that fails leaves no line; its error speaks."""
        task = self._progress.add_task(title, total=None)
        began = time.monotonic()
        try:
            yield lambda done, total: self._progress.update(task, completed=done, total=total)
            console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - began:.1f} s[/]")
        finally:
            self._progress.remove_task(task)
