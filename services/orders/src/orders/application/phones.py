"""Phone numbers in the one form that is compared: E.164."""

import phonenumbers


def normalised(raw: str, region: str) -> str | None:
    """``0901 234 567`` -> ``+84901234567``; None if it cannot be a phone number. ``region``: where it is local."""
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
