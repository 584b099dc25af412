"""What the services say about themselves, and everything that follows from it: routes, rights, one document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import structlog

from gateway.application.openapi import merged
from gateway.application.routing import RoutingTable

log = structlog.get_logger("gateway.directory")


class Directory:
    """The documents by service, in the order of the settings. What was known of a service that is silent stays."""

    def __init__(self, services: Mapping[str, str], public_url: str) -> None:
        self._order = list(services)
        self._public_url = public_url
        self._documents: dict[str, Mapping[str, Any]] = {}
        self._digests: dict[str, str] = {}
        self._published: tuple[bytes, str] | None = None
        self.table = RoutingTable({})

    def learn(self, service: str, document: Mapping[str, Any], digest: str) -> bool:
        """Take in a service's document. Whether it said anything new."""
        if self._digests.get(service) == digest or service not in self._order:
            return False
        self._documents[service], self._digests[service] = document, digest
        ordered = {name: self._documents[name] for name in self._order if name in self._documents}
        self.table = RoutingTable(ordered)
        self._published = None
        for conflict in self.table.conflicts:
            log.warning(
                "a route is declared twice",
                path=f"{conflict.route.method} {conflict.route.template}",
                served_by=conflict.served_by,
                ignored=conflict.route.service,
            )
        log.info("routes learnt", service=service, routes=sum(r.service == service for r in self.table.routes))
        return True

    def knows(self, service: str) -> bool:
        return service in self._documents

    def permissions(self) -> frozenset[str]:
        """Every permission that some service asks for."""
        return frozenset(route.permission for route in self.table.routes if ":" in route.permission)

    def published(self, own: Mapping[str, Any]) -> tuple[bytes, str]:
        """The merged document for callers and its version, made once per change."""
        if self._published is None:
            document = merged(own, self._documents, self.table, self._public_url)
            content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
            self._published = (content, hashlib.sha256(content).hexdigest()[:32])
        return self._published


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
