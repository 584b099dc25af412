"""Headers in and out."""

from ipaddress import ip_network

from gateway.application.forwarding import passed_in, passed_out
from gateway.application.origin import caller_address

TRUSTED = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_only_harmless_headers_go_in() -> None:
    given = [(b"accept", b"a"), (b"authorization", b"x"), (b"x-user", b"y"), (b"cookie", b"z"), (b"te", b"trailers")]
    assert passed_in(given) == [(b"accept", b"a")]


def test_what_concerns_only_the_connection_stays_back() -> None:
    given = [(b"Content-Type", b"a"), (b"Transfer-Encoding", b"chunked"), (b"Keep-Alive", b"x"), (b"Set-Cookie", b"y")]
    assert passed_out(given) == [(b"content-type", b"a")]


def test_an_address_on_the_service_becomes_the_callers() -> None:
    given = [(b"location", b"/orders/1"), (b"location", b"https://x/y"), (b"location", b"//evil/z")]
    assert [value for _, value in passed_out(given)] == [b"/api/orders/1", b"https://x/y", b"//evil/z"]


def test_who_stands_behind_no_proxy_of_ours_has_his_own_address() -> None:
    assert caller_address("203.0.113.9", "6.6.6.6", TRUSTED) == "203.0.113.9"
    assert caller_address("203.0.113.9", None, TRUSTED) == "203.0.113.9"


def test_behind_proxies_of_ours_the_last_strange_address_counts() -> None:
    assert caller_address("10.0.0.2", "6.6.6.6, 203.0.113.9, 10.0.0.7", TRUSTED) == "203.0.113.9"
    assert caller_address("fd00::1", "2001:db8::1", TRUSTED) == "2001:db8::1"


def test_what_is_no_address_is_not_believed() -> None:
    assert caller_address("10.0.0.2", "203.0.113.9, nonsense", TRUSTED) == "10.0.0.2"
    assert caller_address("unknown", "203.0.113.9", TRUSTED) == "unknown"
