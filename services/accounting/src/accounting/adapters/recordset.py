"""Many rows in one statement: they travel as one JSON document and are read with ``jsonb_to_recordset``."""

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any


def recordset(rows: Iterable[Any]) -> str:
    """Dataclasses or mappings as the document; dates, ids and states become text."""
    return json.dumps([row if isinstance(row, dict) else _fields(row) for row in rows], default=str)


def _fields(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}
