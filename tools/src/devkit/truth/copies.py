"""What services keep of each other, against its owner."""

from __future__ import annotations

from dataclasses import dataclass

from devkit.truth.evidence import Evidence
from devkit.verdict import Found


@dataclass(frozen=True)
class Copy:
    """Both queries give (id, what is copied of it)."""

    name: str
    owner: str
    truth: str
    reader: str
    copied: str


COPIES = (
    Copy(
        "products", "inventory",
        "SELECT sku AS id, row(name, price, vat_rate_bp, weight_g, active)::text AS says FROM products",
        "orders", "SELECT sku AS id, row(name, price, vat_rate_bp, weight_g, active)::text AS says FROM products",
    ),
    Copy(
        "availability", "inventory",
        "SELECT sku AS id, sum(on_hand - reserved)::text AS says FROM stock_levels GROUP BY sku",
        "orders", "SELECT sku AS id, available::text AS says FROM availability",
    ),
    Copy(
        "customers", "crm",
        "SELECT id::text, row(phone, blacklisted, orders, refusals)::text AS says FROM customers",
        "orders",
        "SELECT customer_id::text AS id, row(phone, blacklisted, orders, refusals)::text AS says FROM customers",
    ),
    Copy(
        "phones of customers", "crm", "SELECT id::text, phone AS says FROM customers",
        "shipping", "SELECT customer_id::text AS id, phone AS says FROM customers",
    ),
)  # fmt: skip


async def equal(found: Evidence) -> Found:
    looked_at, wrong = 0, []
    for copy in COPIES:
        truth = {row["id"]: row["says"] for row in await found.ask(copy.owner, copy.truth)}
        copied = {row["id"]: row["says"] for row in await found.ask(copy.reader, copy.copied)}
        looked_at += len(truth)
        wrong += [
            f"{copy.name}: {id} is {truth.get(id)} to {copy.owner} and {copied.get(id)} to {copy.reader}"
            for id in sorted({*truth, *copied})
            if truth.get(id) != copied.get(id)
        ]
    return looked_at, wrong
