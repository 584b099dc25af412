"""What goes wrong on a developer's machine is told in one sentence that says what to do."""

from __future__ import annotations


class Trouble(Exception):
    """Something only the person at the keyboard can mend; shown without a traceback."""
