"""Words as people type and search for them."""

import re
import unicodedata
from functools import lru_cache


def folded(text: str) -> list[str]:
    """Lower case and without accents or signs: ``Nguyễn Đức`` -> ``nguyen``, ``duc``."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return letters.split()


def pieces(text: str) -> list[str]:
    """Runs of letters and of digits, accents kept: ``P.12`` and ``p12`` -> ``p``, ``12``; ``06`` is ``6``."""
    found = re.findall(r"[^\W\d_]+|\d+", unicodedata.normalize("NFC", text).lower())
    return [str(int(piece)) if piece.isdecimal() else piece for piece in found]


@lru_cache(maxsize=4_096)
def plain(piece: str) -> str:
    """One of :func:`pieces` without accents. Names are made of few syllables, so that they are kept."""
    return "".join(folded(piece))
