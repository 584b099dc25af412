"""From which address somebody calls, when proxies that we trust stand between."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address


def caller_address(peer: str, forwarded_for: str | None, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """The last address that no proxy of ours has. What a caller writes into the header himself is never believed."""
    address = peer
    for each in reversed((forwarded_for or "").split(",")):
        if not _is_trusted(address, trusted) or not _is_address(each.strip()):
            break
        address = each.strip()
    return address


def _is_trusted(address: str, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
