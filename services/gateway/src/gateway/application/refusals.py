"""Answers of the edge about a service that does not give one."""

from chassis.refusals import Refusal


class ServiceAway(Refusal):
    """The service cannot be reached, or is known to be silent. Nothing was asked of it."""

    status = 503
    code = "service-away"

    def __init__(self, service: str, *, retry_after: int = 1) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)}, service=service)


class ServiceBusy(ServiceAway):
    """So many calls wait for this service that another would only wait too."""

    code = "service-busy"


class ServiceSilent(Refusal):
    """The call was handed over and no answer came in time. It may have had its effect."""

    status = 504
    code = "service-silent"

    def __init__(self, service: str) -> None:
        super().__init__(service=service)


class ServiceBrokeOff(Refusal):
    """The service hung up before it answered. It may have had its effect."""

    status = 502
    code = "service-broke-off"

    def __init__(self, service: str) -> None:
        super().__init__(service=service)


class AddressRefused(Refusal):
    """An address that could be read in two ways."""

    status = 400
    code = "address-refused"


class MethodNotHere(Refusal):
    status = 405
    code = "method-not-allowed"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(headers={"Allow": ", ".join(sorted(allowed))})


class NoSuchRoute(Refusal):
    status = 404
    code = "no-such-route"
