"""A customer is a phone number, so there is one way to write it."""

import phonenumbers


def normalised(raw: str, region: str = "VN") -> str | None:
    """E.164 (``+84901234567``); ``None`` for what is no number."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
