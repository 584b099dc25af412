"""Files of orders as people have them: CSV out of a spreadsheet, or JSON, read while they arrive (ORD-01).

A reader is fed with bytes and gives orders; it holds no more than a row or an order that is not whole yet. Nothing is
guessed: a cell that cannot be read is named by its row and its column. Rows are numbered as people count them, in a
spreadsheet from 1 with the heading, in JSON by the place in the list.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Protocol

from chassis.domain import Reason
from chassis.refusals import Malformed, Unprocessable
from chassis.storable import parsed
from orders.application.intake import LINES
from orders.application.ports import FileOrder
from orders.domain.imports import FileUnreadable, Format, stored

LONGEST = 500_000
"""Characters of one row, or of one order in JSON. More is a quotation mark that was never closed."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "external_id": ("external id", "order id", "order", "order number", "order no", "ma don", "ma don hang", "so don",
                    "订单号"),
    "placed_at": ("placed at", "date", "order date", "ngay dat", "ngay dat hang", "thoi gian dat", "ngay", "下单时间"),
    "name": ("name", "customer", "customer name", "recipient", "ten", "ho ten", "ten khach", "ten khach hang",
             "khach hang", "nguoi nhan", "ten nguoi nhan", "收件人", "姓名"),
    "phone": ("phone", "phone number", "mobile", "sdt", "dien thoai", "so dien thoai", "so dt", "电话", "手机"),
    "email": ("email", "e mail", "thu dien tu", "邮箱"),
    "street": ("street", "address", "dia chi", "so nha", "so nha ten duong", "duong", "地址"),
    "ward": ("ward", "phuong", "xa", "phuong xa", "区"),
    "district": ("district", "quan", "huyen", "quan huyen"),
    "province": ("province", "city", "tinh", "thanh pho", "tinh thanh", "tinh thanh pho", "省", "省市"),
    "sku": ("sku", "item", "product code", "ma hang", "ma san pham", "ma sp", "ma hang hoa", "货号"),
    "quantity": ("quantity", "qty", "so luong", "sl", "数量"),
    "unit_price": ("unit price", "price", "don gia", "gia", "单价"),
    "line_discount": ("line discount", "item discount", "giam gia dong", "chiet khau dong"),
    "freight": ("freight", "shipping", "shipping fee", "phi ship", "phi van chuyen", "cuoc", "运费"),
    "discount": ("discount", "order discount", "giam gia", "chiet khau", "折扣"),
    "payment": ("payment", "payment method", "thanh toan", "hinh thuc thanh toan", "付款"),
    "carrier_choice": ("carrier", "carrier choice", "don vi van chuyen", "hang van chuyen", "快递"),
    "note": ("note", "notes", "ghi chu", "备注"),
    "device": ("device", "thiet bi"),
}  # fmt: skip
"""What a column may be called, without accents and case; the first is how we call it."""
NEEDED = ("external_id", "name", "phone", "street", "ward", "province", "sku", "quantity")
PAYMENTS = {
    "cod": ("cod", "thu ho", "tien mat", "thanh toan khi nhan hang", "货到付款"),
    "deposit": ("deposit", "dat coc", "coc", "定金"),
    "prepaid": ("prepaid", "paid", "chuyen khoan", "da thanh toan", "da chuyen khoan", "已付款"),
}
_AMOUNT = re.compile(r"(\d{1,3}(?:[.,\s]\d{3})+|\d+)(?:[.,]0{1,2})?")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_LINE = {"sku": "sku", "quantity": "quantity", "unit_price": "unit_price", "line_discount": "discount"}
_PLACES = {
    "name": ("contact",),
    "phone": ("contact",),
    "email": ("contact",),
    "street": ("contact", "address"),
    "ward": ("contact", "address"),
    "district": ("contact", "address"),
    "province": ("contact", "address"),
}
"""Where a column of the order's head stands in the order, if not at its top."""


class OrderFile(Protocol):
    """A file that is being read. Raises ``FileUnreadable`` for what makes everything after it meaningless."""

    rows: int
    ignored: tuple[str, ...]

    def feed(self, content: bytes) -> Iterator[FileOrder]: ...

    def end(self) -> Iterator[FileOrder]: ...


def order_file(format: Format, zone: tzinfo) -> OrderFile:
    return CsvFile(zone) if format is Format.CSV else JsonFile()


@dataclass
class _Text:
    """Bytes to characters, also where a part ends in the middle of one."""

    _decoder: Any = field(default_factory=lambda: codecs.getincrementaldecoder("utf-8-sig")())

    def of(self, content: bytes, *, last: bool = False) -> str:
        try:
            return str(self._decoder.decode(content, last))
        except UnicodeDecodeError:
            raise FileUnreadable([Reason("file-not-utf8", "file")], count=1) from None


class CsvFile:
    """Comma, semicolon or tab; a heading in Vietnamese, English or Chinese; one row for each line of an order."""

    def __init__(self, zone: tzinfo) -> None:
        self.rows = 0
        self.ignored: tuple[str, ...] = ()
        self._zone = zone
        self._text = _Text()
        self._rest = ""
        self._columns: dict[str, int] = {}
        self._delimiter = ","

    def feed(self, content: bytes) -> Iterator[FileOrder]:
        yield from self._records(self._text.of(content), last=False)

    def end(self) -> Iterator[FileOrder]:
        yield from self._records(self._text.of(b"", last=True), last=True)
        if not self._columns:
            raise FileUnreadable([Reason("file-empty", "file")], count=1)

    def _records(self, text: str, *, last: bool) -> Iterator[FileOrder]:
        lines = (self._rest + text).split("\n")
        rest = lines.pop()
        if last and rest:
            lines, rest = [*lines, rest], ""
        record = ""
        for line in lines:
            record += line + "\n"
            if record.count('"') % 2 == 0:
                yield from self._row(record.rstrip("\r\n"))
                record = ""
            elif len(record) > LONGEST:
                break
        self._rest = record + rest
        if len(self._rest) > LONGEST or (last and self._rest.strip()):
            raise FileUnreadable([Reason("row-unreadable", "file", {"row": self.rows + 1})], count=1)

    def _row(self, record: str) -> Iterator[FileOrder]:
        self.rows += 1
        if not self._columns:
            self._heading(record)
            return
        try:
            cells = next(csv.reader([record], delimiter=self._delimiter), [])
        except csv.Error:
            raise FileUnreadable([Reason("row-unreadable", "file", {"row": self.rows})], count=1) from None
        if any(cell.strip() for cell in cells):
            yield self._order({n: cells[at].strip() if at < len(cells) else "" for n, at in self._columns.items()})

    def _heading(self, record: str) -> None:
        if not record.strip():
            return
        self._delimiter = max(",;\t", key=record.count)
        ignored = []
        for at, cell in enumerate(next(csv.reader([record], delimiter=self._delimiter), [])):
            plain = _plain(cell)
            name = next((name for name, known in HEADINGS.items() if plain in known), None)
            if name is None:
                ignored.append(cell.strip().replace("\0", "")[:100])
            else:
                self._columns.setdefault(name, at)
        self.ignored = tuple(cell for cell in ignored if cell)[:100]
        if missing := [name for name in NEEDED if name not in self._columns]:
            reasons = [Reason("column-missing", n, {"column": n, "known": list(HEADINGS[n])}) for n in missing]
            raise FileUnreadable(reasons, count=len(reasons))

    def _order(self, cells: Mapping[str, str]) -> FileOrder:
        wrong: list[Reason] = []
        body: dict[str, Any] = {"lines": [{}]}
        for name, cell in cells.items():
            if not cell:
                continue
            if "\0" in cell:
                wrong.append(Reason("nul-character", _path(name)))
                continue
            value = self._value(name, cell, wrong)
            if name in _LINE:
                body["lines"][0][_LINE[name]] = value
            else:
                _inner(body, name)[name] = value
        id = body.get("external_id")
        return FileOrder(
            first_row=self.rows,
            rows=[self.rows],
            external_id=id if isinstance(id, str) and len(id) <= 100 else None,
            body=body,
            reasons=[stored(reason) for reason in wrong],
        )

    def _value(self, name: str, cell: str, wrong: list[Reason]) -> Any:
        match name:
            case "quantity" | "unit_price" | "line_discount" | "freight" | "discount":
                value = _amount(cell)
                if value is None:
                    wrong.append(Reason("not-an-amount", _path(name), {"given": cell[:50]}))
                return value
            case "payment":
                plain = _plain(cell)
                found = next((payment for payment, known in PAYMENTS.items() if plain in known), None)
                if found is None:
                    wrong.append(Reason("payment-unknown", name, {"given": cell[:50], "possible": sorted(PAYMENTS)}))
                return found or "cod"
            case "placed_at":
                moment = _moment(cell, self._zone)
                if moment is None:
                    wrong.append(Reason("date-unreadable", name, {"given": cell[:50]}))
                return moment
        return cell


class JsonFile:
    """A list of orders as ``POST /orders`` takes them, or one order on each line."""

    def __init__(self) -> None:
        self.rows = 0
        self.ignored: tuple[str, ...] = ()
        self._text = _Text()
        self._rest = ""
        self._decoder = json.JSONDecoder(strict=False)
        self._closed = False

    def feed(self, content: bytes) -> Iterator[FileOrder]:
        yield from self._orders(self._text.of(content), last=False)

    def end(self) -> Iterator[FileOrder]:
        yield from self._orders(self._text.of(b"", last=True), last=True)
        if not self.rows:
            raise FileUnreadable([Reason("file-empty", "file")], count=1)

    def _orders(self, text: str, *, last: bool) -> Iterator[FileOrder]:
        text, at = self._rest + text, 0
        while True:
            at = self._skipped(text, at)
            if at == len(text):
                break
            if text[at] != "{" or self._closed:
                raise FileUnreadable([Reason("row-unreadable", "file", {"row": self.rows + 1})], count=1)
            try:
                _, end = self._decoder.raw_decode(text, at)
            except (json.JSONDecodeError, RecursionError):
                if last or len(text) - at > LONGEST:
                    raise FileUnreadable([Reason("row-unreadable", "file", {"row": self.rows + 1})], count=1) from None
                break
            self.rows += 1
            yield self._order(text[at:end])
            at = end
        self._rest = text[at:]

    def _skipped(self, text: str, at: int) -> int:
        """Over what stands between two orders; a closing bracket is the last thing a file may have."""
        while at < len(text) and text[at] in " \t\r\n,[]":
            self._closed = self._closed or text[at] == "]"
            at += 1
        return at

    def _order(self, text: str) -> FileOrder:
        reasons: tuple[Reason, ...] = ()
        body: Any = None
        try:
            body = parsed(text.encode())
        except (json.JSONDecodeError, Malformed):
            reasons = (Reason("order-unreadable"),)
        except Unprocessable as error:
            reasons = error.reasons
        id = body.get("external_id") if body else None
        return FileOrder(
            first_row=self.rows,
            rows=[self.rows],
            external_id=id if isinstance(id, str) and 0 < len(id) <= 100 else None,
            body=body,
            reasons=[stored(reason) for reason in reasons],
        )


def joined(first: FileOrder, more: FileOrder, format: Format) -> FileOrder:
    """Another row of an order that has been read: one more line of it, whose head says the same or nothing.

    In JSON an order is whole by itself, so the same number again is a mistake.
    """
    if format is Format.JSON:
        more.reasons.append(stored(Reason("order-twice", "external_id", {"row": first.first_row})))
        more.external_id = None
        return more
    place = len(first.body["lines"])
    if place > LINES:
        first.rows = [*first.rows[:LINES], more.first_row]
        return first
    first.rows = [*first.rows, more.first_row]
    first.body["lines"] = [*first.body["lines"], *more.body["lines"]]
    first.reasons = [*first.reasons, *(_moved(reason, place) for reason in more.reasons)]
    for name in HEADINGS:
        if name in _LINE:
            continue
        said, before = _inner(more.body, name).get(name), _inner(first.body, name).get(name)
        if said is not None and before is None:
            _inner(first.body, name)[name] = said
        elif said is not None and said != before:
            params = {"row": more.first_row, "first": first.first_row}
            first.reasons.append(stored(Reason("rows-disagree", _path(name), params)))
    return first


def _moved(reason: dict[str, Any], place: int) -> dict[str, Any]:
    return {**reason, "field": (reason["field"] or "").replace("lines/0/", f"lines/{place}/")}


def _inner(body: dict[str, Any], name: str) -> dict[str, Any]:
    """The part of an order in which a column's value stands."""
    for part in _PLACES.get(name, ()):
        body = body.setdefault(part, {})
    return body


def _path(name: str) -> str:
    if name in _LINE:
        return f"lines/0/{_LINE[name]}"
    return "/".join((*_PLACES.get(name, ()), name))


def _amount(cell: str) -> int | None:
    """``450000``, ``450.000``, ``450,000 đ``."""
    text = cell.strip().removesuffix("VND").removesuffix("đ").removesuffix("₫").strip()
    found = _AMOUNT.fullmatch(text)
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return int(digits) if digits and len(digits) <= 15 else None


def _moment(cell: str, zone: tzinfo) -> str | None:
    """``22/11/2025 14:30`` or ``2025-11-22T14:30``, in the shop's own time where none is said."""
    if found := _DAY.fullmatch(cell):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        cell = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()


def _plain(text: str) -> str:
    """Without accents, case, marks and doubled spaces: ``Mã_đơn hàng*`` -> ``ma don hang``."""
    letters = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d"))
    kept = "".join(each if each.isalnum() else " " for each in letters if not unicodedata.combining(each))
    return " ".join(kept.split())
