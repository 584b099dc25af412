"""What customer care refuses."""

from chassis.domain import Conflict, Invalid, NotFound


class CustomerNotFound(NotFound):
    """No customer has this id, or none that the caller may see."""


class CustomerErased(Conflict):
    """Nothing is known of this person any more, and nothing may be written down again."""


class PhoneInvalid(Invalid):
    """What was given is no phone number."""
