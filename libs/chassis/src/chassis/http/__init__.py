"""The HTTP edge of a service: transactions, problems, paging, versions, idempotency, probes."""

from chassis.http.app import RouteWithoutPermission, make_app
from chassis.http.idempotency import idempotent
from chassis.http.paging import Cursor, Listed, Page, Paged
from chassis.http.sentences import Catalogue
from chassis.http.units import reading, transaction
from chassis.http.versions import etag, if_match
from chassis.refusals import Refusal, StaleVersion, TooMany, Unavailable, VersionMissing

__all__ = [
    "Catalogue",
    "Cursor",
    "Listed",
    "Page",
    "Paged",
    "Refusal",
    "RouteWithoutPermission",
    "StaleVersion",
    "TooMany",
    "Unavailable",
    "VersionMissing",
    "etag",
    "idempotent",
    "if_match",
    "make_app",
    "reading",
    "transaction",
]
