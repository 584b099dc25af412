"""Words as people type and search for them."""

import unicodedata


def folded(text: str) -> list[str]:
    """Lower case and without accents or signs: ``Nguyễn Đức`` -> ``nguyen``, ``duc``."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return letters.split()
