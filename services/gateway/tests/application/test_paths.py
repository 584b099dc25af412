"""Addresses that two readers could understand differently never get in."""

import pytest

from gateway.application.paths import LONGEST, is_plain, is_plain_query

PLAIN = [b"/orders", b"/orders/42", b"/crm/customers/%C3%A0nh", b"/shipping/scans", b"/orders/DH2511220042", b"/a/..d"]
TRICKS = [
    b"", b"orders", b"/orders/../users", b"/orders/..", b"/./orders", b"/orders/.", b"//orders", b"/orders//42",
    b"/orders%2f42", b"/orders%2F..%2Fusers", b"/orders/%2e%2e/users", b"/orders/%2E%2e", b"/orders\\..\\users",
    b"/orders%5c..", b"/orders/%00", b"/orders/%0d%0aX-Role:%20ADMIN", b"/orders/%252e%252e/users", b"/orders/a b",
    b"/orders/\xc3\xa0", b"/orders/%zz", b"/orders?x", b"/orders#x", b"/..;/users", b"/orders/%7f",
    b"/orders/%77aiting", b"/%6frders", b"/orders/%31", b"/orders/a%2Db", b"/" + b"a" * LONGEST,
]  # fmt: skip


@pytest.mark.parametrize("path", PLAIN)
def test_a_plain_address_is_passed_on(path: bytes) -> None:
    assert is_plain(path)


@pytest.mark.parametrize("path", TRICKS)
def test_an_ambiguous_address_is_refused(path: bytes) -> None:
    assert not is_plain(path)


def test_a_query_is_printable_text() -> None:
    assert is_plain_query(b"q=%C3%A0o&limit=50&from=2025-11-22T00:00:00%2B07:00")
    assert not is_plain_query(b"q=a b")
    assert not is_plain_query(b"q=a\r\nX: y")
    assert not is_plain_query("q=à".encode())
