"""Which addresses are passed on at all.

Invariant: what the routing table judged is byte for byte what the service gets. So an address that two readers could
understand differently (dots, doubled or encoded slashes, control characters, letters in disguise) is refused before
anybody reads it.
"""

import re

_PLAIN = re.compile(rb"/(?:[A-Za-z0-9\-_~!$&'()*+,;=:@.]|%[0-9A-Fa-f]{2}|/)*\Z")
_DOTS = re.compile(rb"/\.{1,2}(?:/|\Z|;)")
_HIDDEN = re.compile(
    rb"%(?:2[5fF]|5[cC]|[01][0-9A-Fa-f]|7[fF]"  # the percent sign, slashes, control characters
    rb"|2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aA]|5[fF]|6[1-9a-fA-F]|7[0-9aA]|7[eE])"  # what needs no encoding
)
LONGEST = 2000
"""Bytes of a path. Ours have fewer than 200."""


def is_plain(raw_path: bytes) -> bool:
    """Whether the path means the same to everybody. Allowed are plain characters and encoded text (``%C3%A0``)."""
    if len(raw_path) > LONGEST or b"//" in raw_path or _PLAIN.match(raw_path) is None:
        return False
    return _DOTS.search(raw_path) is None and _HIDDEN.search(raw_path) is None


def is_plain_query(query: bytes) -> bool:
    """A query is text, never raw bytes below space; its values are judged by the service."""
    return not any(byte <= 0x20 or byte >= 0x7F for byte in query)
