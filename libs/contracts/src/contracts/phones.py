"""Phone numbers in the one form that events carry and everybody compares: E.164."""

import re

import phonenumbers

_PLAIN = {"VN": (re.compile(r"(?:0|\+84)([1-9][0-9]{8})"), "+84")}
"""Mobile numbers as nearly everybody writes them; the library takes a third of a millisecond to come to the same."""


def normalised(raw: str, region: str) -> str | None:
    """``0901 234 567`` -> ``+84901234567``; None if it cannot be a phone number. ``region``: where it is local."""
    if region in _PLAIN:
        plain, country = _PLAIN[region]
        if found := plain.fullmatch(raw.replace(" ", "").replace(".", "")):
            return country + found.group(1)
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
