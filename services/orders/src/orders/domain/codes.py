"""The short code people read to each other over the phone: DH, the business day, a number."""

import re
from datetime import date

_PATTERN = re.compile(r"DH\d{10,18}", re.IGNORECASE)


def code_of(day: date, number: int) -> str:
    """``DH2511220042`` for the 42nd number of 22 November 2025. A day with more than 9,999 gets longer codes."""
    return f"DH{day:%y%m%d}{number:04d}"


def is_code(text: str) -> bool:
    return _PATTERN.fullmatch(text) is not None
