"""A carrier's statement as a file: comma, semicolon or tab, with the headings carriers really use.

Every wrong row is named by its place; nothing is guessed. Amounts may be written ``450000``, ``450.000`` or
``450,000 đ``.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from email.policy import HTTP

from accounting.domain.statement import StatementLine
from chassis.domain import Invalid, Reason

_HEADINGS = {
    "tracking": ("tracking", "tracking number", "tracking no", "ma van don", "van don", "运单号", "快递单号"),
    "cod": ("cod", "cod amount", "tien thu ho", "thu ho", "tien cod", "代收款", "代收货款"),
    "fee": ("fee", "shipping fee", "phi", "cuoc", "cuoc phi", "phi van chuyen", "运费", "邮费"),
    "reference": ("reference", "ref", "line reference", "ma dong", "ma giao dich", "编号"),
    "status": ("status", "trang thai", "状态"),
}
_STATUSES = {
    "delivered": ("delivered", "giao thanh cong", "da giao", "thanh cong", "已签收"),
    "returned": ("returned", "da hoan", "chuyen hoan", "hoan hang", "已退回"),
    "lost": ("lost", "that lac", "mat hang", "丢失"),
}
_AMOUNT = re.compile(r"^(\d{1,3}(?:[.,\s]\d{3})+|\d+)(?:[.,]0{1,2})?$")
_LARGEST = 10**12


class StatementUnreadable(Invalid):
    """The file is no statement, or rows of it cannot be read; each is named."""


def lines_of(raw: bytes, statement_reference: str) -> list[StatementLine]:
    """The rows of a file. Raises ``StatementUnreadable`` naming every row that is wrong."""
    text = _decoded(raw)
    rows = csv.reader(io.StringIO(text), dialect=_dialect(text))
    columns = _columns(next(rows, []))
    lines: list[StatementLine] = []
    wrong: list[Reason] = []
    for place, row in enumerate(_filled(rows), start=1):
        cells = {name: row[index].strip() if index < len(row) else "" for name, index in columns.items()}
        reasons = list(_wrong_in(cells, place))
        if reasons:
            wrong += reasons
        else:
            lines.append(_line(cells, place, statement_reference))
    if wrong or not lines:
        raise StatementUnreadable(wrong or [Reason("statement-empty", "")], count=len(wrong) or 1)
    return lines


def parts_of(raw: bytes, content_type: str) -> tuple[dict[str, str], bytes]:
    """Fields and file of a multipart form. ``StatementUnreadable`` if there is no file."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    fields: dict[str, str] = {}
    file: bytes | None = None
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        body = content if isinstance(content, bytes) else b""
        if part.get_filename() is not None or name == "file":
            file = body
        else:
            fields[str(name)] = _decoded(body).strip()
    if file is None:
        raise StatementUnreadable([Reason("file-missing", "file")], count=1)
    return fields, file


def _wrong_in(cells: Mapping[str, str], place: int) -> Iterator[Reason]:
    if not 0 < len(cells["tracking"]) <= 64:
        yield Reason("tracking-missing", f"lines/{place - 1}/tracking", {"row": place})
    for name in ("cod", "fee"):
        if _amount(cells.get(name, "")) is None:
            given = cells.get(name, "")[:50]
            yield Reason("not-an-amount", f"lines/{place - 1}/{name}", {"row": place, "given": given})
    if len(cells.get("reference", "")) > 100:
        yield Reason("reference-too-long", f"lines/{place - 1}/reference", {"row": place})
    if (said := cells.get("status", "")) and _status(said) is None:
        params = {"row": place, "given": said[:50], "possible": sorted(_STATUSES)}
        yield Reason("status-unknown", f"lines/{place - 1}/status", params)
    if any("\0" in cell for cell in cells.values()):
        yield Reason("nul-character", f"lines/{place - 1}")


def _line(cells: Mapping[str, str], place: int, statement_reference: str) -> StatementLine:
    return StatementLine(
        number=0,
        reference=cells.get("reference") or f"{statement_reference}/{place}",
        tracking=cells["tracking"],
        cod=_amount(cells.get("cod", "")) or 0,
        fee=_amount(cells.get("fee", "")) or 0,
        status=_status(cells.get("status", "")),
    )


def _columns(heading: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(heading):
        plain = _plain(cell)
        for name, known in _HEADINGS.items():
            if plain in known:
                found.setdefault(name, index)
    missing = [name for name in ("tracking", "cod") if name not in found]
    if missing:
        reasons = [Reason("column-missing", name, {"column": name, "known": list(_HEADINGS[name])}) for name in missing]
        raise StatementUnreadable(reasons, count=len(reasons))
    return found


def _amount(cell: str) -> int | None:
    """The amount; zero for an empty cell, ``None`` for what is none."""
    text = cell.strip().removesuffix("VND").removesuffix("đ").removesuffix("₫").strip()
    if not text:
        return 0
    match = _AMOUNT.match(text)
    if match is None:
        return None
    value = int(re.sub(r"\D", "", match.group(1)))
    return value if value <= _LARGEST else None


def _status(cell: str) -> str | None:
    plain = _plain(cell)
    return next((status for status, known in _STATUSES.items() if plain in known), None)


def _plain(text: str) -> str:
    """Without accents, case and doubled spaces: ``Mã vận đơn`` -> ``ma van don``."""
    letters = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d").replace("_", " "))
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)

    class Found(csv.excel):
        delimiter = mark

    return Found


def _filled(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    return (row for row in rows if any(cell.strip() for cell in row))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StatementUnreadable([Reason("body-not-utf8", "")], count=1) from None
