"""What the edge refuses. Each code has its sentence in ``sentences/{vi,en,zh}.toml``."""

from chassis.domain import Conflict, Forbidden, Invalid, NotFound


class UserNotFound(NotFound):
    """No user has this id."""


class LoginTaken(Conflict):
    """Another user has this login; upper and lower case count as the same."""


class LastAdministrator(Conflict):
    """Nobody would be left who can administer users."""


class UnknownRoles(Invalid):
    """A role that does not exist."""


class UnknownPermissions(Invalid):
    """Text that is no permission: neither built in nor declared by any service."""


class PasswordTooWeak(Invalid):
    """Too short, or nothing but the login."""


class CurrentPasswordWrong(Forbidden):
    """Who changes his own password names the current one."""


class NotYours(Forbidden):
    """A platform permission can only be handed on by somebody who holds it."""


class RoleNotFound(NotFound):
    """No role has this name."""


class RoleInUse(Conflict):
    """A role that users hold cannot be removed."""


class RoleBuiltIn(Conflict):
    """A built-in role can be edited or put back, but not removed."""


class KeyNotFound(NotFound):
    """No key has this id."""


class ServiceUnknown(NotFound):
    """No service has this name."""
