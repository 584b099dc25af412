"""Who plays: one login per role, keys for the website and the carriers, and a partner's door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from devkit.caller import Caller
from devkit.stack.home import Home

_roles = ("admin", "sales", "lead", "warehouse", "shipping", "accountant", "care", "director")


@dataclass(frozen=True)
class Staff:
    """Everybody who acts. ``carriers`` maps a carrier's code to the caller that reports its scans."""

    home: Home
    people: Mapping[str, Caller]
    website: Caller
    carriers: Mapping[str, Caller]
    words: Mapping[str, Mapping[str, str]]
    """Carrier -> our scan status -> the carrier's own word for it."""

    def __getattr__(self, role: str) -> Caller:
        try:
            return self.people[role]
        except KeyError:
            raise AttributeError(role) from None


@asynccontextmanager
async def staff(home: Home, tag: str) -> AsyncIterator[Staff]:
    """Log everybody in; the keys made for the day are revoked after it."""
    async with AsyncExitStack() as stack:
        people = {}
        for role in _roles:
            caller = Caller(home.gateway_url, username=role, password=home.secret(f"user {role}"))
            people[role] = await stack.enter_async_context(caller)
        admin, director = people["admin"], people["director"]

        async def keyed(name: str, *permissions: str) -> tuple[str, Caller]:
            made = await admin.post("/api/keys", {"name": f"{name} {tag}", "permissions": list(permissions)})
            stack.push_async_callback(admin.delete, f"/api/keys/{made['id']}")
            return made["id"], await stack.enter_async_context(Caller(home.gateway_url, api_key=made["key"]))

        _, website = await keyed("website", "orders:write", "orders:read")
        carriers: dict[str, Caller] = {}
        words: dict[str, Mapping[str, str]] = {}
        for carrier in await director.get("/api/shipping/carriers"):
            id, caller = await keyed(f"carrier {carrier['id']}", "tracking:write")
            await _give_key(director, carrier, id)
            carriers[carrier["id"]] = caller
            words[carrier["id"]] = {ours: theirs for theirs, ours in carrier["status_map"].items()}
        yield Staff(home, people, website, carriers, words)


async def _give_key(director: Caller, carrier: Mapping[str, Any], key: str) -> None:
    await director.patch(
        f"/api/shipping/carriers/{carrier['id']}",
        {"key_ids": [*carrier["key_ids"], key]},
        version=carrier["version"],
    )
