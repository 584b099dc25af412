"""VAT that is inside a price, and shares of an amount that add up to the whole. Whole đồng, rounded half up.

Rates are basis points: 800 is 8 %.
"""

BASIS = 10_000


def share(amount: int, part: int, whole: int) -> int:
    """``part / whole`` of an amount, rounded half up (away from zero below zero)."""
    if whole <= 0:
        raise ValueError("a share needs a positive whole")
    rounded = (2 * abs(amount) * part + whole) // (2 * whole)
    return rounded if amount >= 0 else -rounded


def vat_in(gross: int, rate_bp: int) -> int:
    """The tax inside a price that includes it: 110,000 at 10 % holds 10,000."""
    return share(gross, rate_bp, BASIS + rate_bp)


def slice_of(amount: int, before: int, now: int, whole: int) -> int:
    """What ``now`` more units of ``whole`` add to the ``before`` units already taken of ``amount``.

    The slices of a line that comes back in several parts sum to the line exactly, whatever each was rounded to.
    """
    return share(amount, before + now, whole) - share(amount, before, whole)


def apportioned(amount: int, weights: list[int]) -> list[int]:
    """``amount`` over ``weights`` so that the parts sum to it; each part takes the rounding of those before it."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("nothing to apportion over")
    parts: list[int] = []
    seen = 0
    for weight in weights:
        parts.append(slice_of(amount, seen, weight, whole))
        seen += weight
    return parts
