"""Named points of the paths that must survive a sudden death.

In a running service reaching one does nothing. A test-only package puts another function in the place of
:func:`reach`, so always call it through the module (``hooks.reach("…")``), never by an imported name.
"""

from typing import Literal

Point = Literal[
    "effects-before-commit",
    "commit-before-wake",
    "send-before-delete",
    "ack-before-delete",
    "effects-before-offset-commit",
    "dead-letter-before-commit",
    "replay-before-commit",
    "migration-before-commit",
    "key-before-commit",
]


def reach(point: Point) -> None:
    """The process has come to ``point``."""
