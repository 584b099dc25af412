"""The HTTP edge of a service: transactions, problems, paging, versions, idempotency, probes."""

from chassis.http.apart import EachApart, Refused, apart
from chassis.http.app import RouteWithoutPermission, make_app
from chassis.http.databases import must_be_repeated, refusal_for
from chassis.http.idempotency import idempotent
from chassis.http.paging import Cursor, Listed, Page, Paged
from chassis.http.sentences import Catalogue, language_of
from chassis.http.units import Reading, Transaction, Transactions
from chassis.http.versions import SeenVersion, etag
from chassis.refusals import Refusal, StaleVersion, TooMany, Unavailable, VersionMissing, refuse_stale

__all__ = [
    "Catalogue",
    "Cursor",
    "EachApart",
    "Listed",
    "Page",
    "Paged",
    "Reading",
    "Refusal",
    "Refused",
    "RouteWithoutPermission",
    "SeenVersion",
    "StaleVersion",
    "TooMany",
    "Transaction",
    "Transactions",
    "Unavailable",
    "VersionMissing",
    "apart",
    "etag",
    "idempotent",
    "language_of",
    "make_app",
    "must_be_repeated",
    "refusal_for",
    "refuse_stale",
]
