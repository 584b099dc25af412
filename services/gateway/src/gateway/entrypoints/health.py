"""``GET /api/health``: how the whole platform is, in one look."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from chassis.refusals import Refusal
from chassis.security import public
from gateway.entrypoints.auth import guest
from gateway.entrypoints.edge import Edge

router = APIRouter(prefix="/api", tags=["live"])

PATIENCE = 2.0
KEPT = 1.0
"""Seconds for which an answer is good; whoever asks more often gets the same one."""


class ServiceHealth(BaseModel):
    """``ready`` does its work, ``troubled`` answers but says it cannot, ``away`` does not answer."""

    status: Literal["ready", "troubled", "away"]


class Health(BaseModel):
    """``ok`` if everything is ready."""

    status: Literal["ok", "degraded"]
    services: dict[str, ServiceHealth]


@router.get("/health", dependencies=[public()])
async def health(edge: Annotated[Edge, Depends(guest)]) -> Health:
    """How every service is. What exactly ails one is for its operators, not for the public."""
    if edge.health is None or edge.health[0] < time.monotonic() - KEPT:
        names = list(edge.upstreams)
        found = await asyncio.gather(*(_of(edge, name) for name in names))
        whole = all(each.status == "ready" for each in found)
        answer = Health(status="ok" if whole else "degraded", services=dict(zip(names, found, strict=True)))
        edge.health = (time.monotonic(), answer)
    return Health.model_validate(edge.health[1])


async def _of(edge: Edge, name: str) -> ServiceHealth:
    try:
        async with asyncio.timeout(PATIENCE), edge.upstreams[name].call("GET", b"/health/ready", [], None) as answer:
            await answer.body()
            return ServiceHealth(status="ready" if answer.status == 200 else "troubled")
    except (Refusal, TimeoutError):
        return ServiceHealth(status="away")
