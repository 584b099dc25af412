"""DOMAIN part 2 on paper, and which line of it each route stands on: written down here once more, and read from nothing
that is tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ROLES = ("SAL", "LEAD", "SM", "CSH", "WH", "SHP", "ACC", "CS", "MKT", "PUR", "DIR", "HR", "ADMIN")
STAFF = {
    "SAL": "sales", "LEAD": "lead", "SM": "manager", "CSH": "cashier", "WH": "warehouse", "SHP": "shipping",
    "ACC": "accountant", "CS": "care", "MKT": "marketing", "PUR": "purchasing", "DIR": "director", "HR": "hr",
    "ADMIN": "admin",
}  # fmt: skip
"""Who of the demo shop holds the role."""
SERVICES = ("orders", "inventory", "shipping", "accounting", "crm")

_BUSINESS = """
orders         |Online orders, notes|W|F|R|-|R|R|R|W|R|-|R|-|
order-status   |Status change after call|W|W|-|-|-|-|-|W|-|-|R|-|
duplicates     |Duplicates, split, merge, error report|R|F|-|-|R|-|-|R|-|-|R|-|
deleted-orders |Deleted orders: delete, restore|-|F|-|-|-|-|R|-|-|-|R|-|
marketplaces   |Marketplace link, mapping, storefront|W|F|-|-|-|-|-|-|W|-|R|-|
live-prices    |Live price programme, live list|R|F|-|-|R|-|-|-|R|-|A|-|
special-prices |Special price|W|WA|WA|W|-|-|R|W|-|-|A|-|
bills          |Retail bills|-|-|Fo|Fo|-|-|R|R|-|-|R|-|
store-returns  |Store exchange/return|-|-|Fo|-|R|-|R|R|-|-|R|-|
store-revenue  |Store revenue, by staff, commission|-|-|Ro|-|-|-|R|-|-|-|R|R|
order-reports  |Order reports|Ro|R|-|-|-|-|R|-|R|-|R|-|
stock          |Stock levels|R|R|Ro|Ro|W|-|R|R|R|R|R|-|
products       |SKU, labels, photos|R|R|R|R|F|-|R|R|W|W|R|-|
picking        |Pick list, picking, packing|W|R|-|-|W|-|-|-|-|-|R|-|
waybills       |Waybill, send to carrier, manifest|W|F|-|-|W|W|R|-|-|-|R|-|
carriers       |Carriers, tariffs|R|R|-|-|R|W|R|R|-|-|F|-|
tracking       |Tracking, chasing, call log|W|W|-|-|R|W|-|W|-|-|R|-|
own-fleet      |Own-fleet dispatch|R|R|R|-|R|F|-|R|-|-|R|-|
return-goods   |Confirm returned goods|W|W|Wo|-|W|W|R|R|-|-|R|-|
rma            |RMA, refund|W|WA|WAo|-|R|R|A|W|-|-|A|-|
cases          |Cases, complaints|W|WA|WAo|W|R|R|R|F|-|-|A|-|
cod            |COD correction, reconciliation|R|W|-|-|-|R|WA|-|-|-|R|-|
bank-transfers |Bank-transfer review|-|W|-|-|-|-|F|R|-|-|R|-|
debts          |Debt report|-|W|-|-|-|-|F|-|-|-|R|-|
payables       |Supplier payables|-|-|-|-|-|-|F|-|-|R|A|-|
vouchers       |Cash, cost, tax, vouchers|-|-|-|-|-|-|F|-|-|-|A|-|
misa           |MISA push|-|W|-|-|-|-|F|-|-|-|R|-|
payroll        |Payroll revenue|-|W|-|-|-|-|WA|-|-|-|A|R|
customers      |Customers|W|F|Wo|Wo|-|R|R|F|R|-|R|-|
blacklist      |Blacklist|R|W|R|R|R|R|R|F|-|-|R|-|
leads          |Leads, inbox, scripts, FAQ|W|F|-|-|-|-|-|W|W|-|R|R|
campaigns      |Campaigns, content, affiliates|R|W|R|-|-|-|R|R|F|-|A|-|
feedback       |Feedback, reviews, photos|R|R|W|W|-|-|-|F|W|R|R|-|
suppliers      |Suppliers, purchase requests|-|W|W|-|W|-|R|-|R|F|A|-|
transfers      |Transfers|-|R|W|R|F|W|R|-|-|R|R|-|
stocktakes     |Stocktake|-|-|Wo|-|W|-|WA|-|-|-|A|-|
plans          |KPI and monthly plans|R|W|W|-|R|R|R|W|W|W|F|R|
staff          |Staff, shifts, training|R|R|Wo|R|R|R|R|R|R|R|A|F|
"""
_PLATFORM = {
    "ADMIN": {"users": "F", "keys": "F", "dead-letters": "F", "settings": "W", "jobs": "W", "audit": "R"},
    "DIR": {"users": "R", "keys": "R", "dead-letters": "R", "settings": "W", "jobs": "R", "audit": "R"},
}
"""What DOMAIN does not speak of: the administrator runs the platform, the director watches it and sets thresholds."""
_LETTERS = {"F": ("read", "write", "delete"), "W": ("read", "write"), "R": ("read",), "A": ("read", "approve"), "-": ()}

_ROUTES = """
PUT    /api/accounting/account-roles/{role}                       vouchers:write
GET    /api/accounting/accounts                                   vouchers:read
POST   /api/accounting/accounts                                   vouchers:write
PATCH  /api/accounting/accounts/{code}                            vouchers:write
POST   /api/accounting/cod-corrections                            cod:write
GET    /api/accounting/cod-corrections                            cod:read
POST   /api/accounting/cod-corrections/{id}/approve               cod:approve
POST   /api/accounting/cod-corrections/{id}/reject                cod:approve
GET    /api/accounting/cod-due                                    cod:read
GET    /api/accounting/cod-due/by-carrier                         cod:read
POST   /api/accounting/cod-statements                             cod:write
GET    /api/accounting/cod-statements                             cod:read
GET    /api/accounting/cod-statements/{id}                        cod:read
POST   /api/accounting/cod-statements/{id}/approve                cod:approve
GET    /api/accounting/cod-statements/{id}/lines                  cod:read
POST   /api/accounting/cod-statements/{id}/lines/{line}/correct   cod:write
POST   /api/accounting/cod-statements/{id}/match                  cod:write
POST   /api/accounting/cod-statements/{id}/receive                cod:approve
GET    /api/accounting/customer-balances                          bank-transfers:read
GET    /api/accounting/journal                                    vouchers:read
GET    /api/accounting/orders/{order_id}                          bank-transfers:read
POST   /api/accounting/payments                                   bank-transfers:write
GET    /api/accounting/payments                                   bank-transfers:read
GET    /api/accounting/periods                                    vouchers:read
POST   /api/accounting/periods/{period}/close                     vouchers:write
POST   /api/accounting/periods/{period}/open                      vouchers:write
POST   /api/accounting/refunds                                    rma:write
GET    /api/accounting/refunds                                    rma:read
GET    /api/accounting/refunds/{id}                               rma:read
POST   /api/accounting/refunds/{id}/approve                       rma:approve
POST   /api/accounting/refunds/{id}/pay                           bank-transfers:write
POST   /api/accounting/refunds/{id}/reject                        rma:approve
GET    /api/accounting/trial-balance                              vouchers:read
POST   /api/accounting/vouchers                                   vouchers:write
GET    /api/accounting/vouchers/{id}                              vouchers:read
POST   /api/accounting/vouchers/{id}/reverse                      vouchers:write
GET    /api/audit                                                 audit:read
POST   /api/auth/logout                                           signed-in
POST   /api/auth/refresh                                          public
POST   /api/auth/token                                            public
GET    /api/consumers                                             jobs:read
POST   /api/consumers/{service}/{name}/rebuild                    jobs:write
GET    /api/crm/customers                                         customers:read
GET    /api/crm/customers/{id}                                    customers:read
POST   /api/crm/customers/{id}/blacklist                          blacklist:write
DELETE /api/crm/customers/{id}/blacklist                          blacklist:write
POST   /api/crm/customers/{id}/erase                              customers:delete
GET    /api/crm/customers/{id}/orders                             customers:read
GET    /api/crm/customers/{id}/points                             customers:read
GET    /api/dead-letters                                          dead-letters:read
GET    /api/dead-letters/groups                                   dead-letters:read
GET    /api/dead-letters/{service}/{letter_id}                    dead-letters:read
POST   /api/dead-letters/{service}/{letter_id}/discard            dead-letters:write
POST   /api/dead-letters/{service}/{letter_id}/edit               dead-letters:write
POST   /api/dead-letters/{service}/{letter_id}/replay             dead-letters:write
GET    /api/events                                                signed-in
GET    /api/halves                                                dead-letters:read
GET    /api/halves/{service}/{name}                               dead-letters:read
GET    /api/health                                                public
GET    /api/inventory/alerts                                      stock:read
GET    /api/inventory/holds                                       stock:read
GET    /api/inventory/locations                                   stock:read
POST   /api/inventory/locations                                   settings:write
PATCH  /api/inventory/locations/{id}                              settings:write
GET    /api/inventory/moves                                       stock:read
GET    /api/inventory/parcels                                     picking:read
GET    /api/inventory/parcels/{parcel_id}                         picking:read
GET    /api/inventory/parcels/{parcel_id}/attempts                picking:read
POST   /api/inventory/parcels/{parcel_id}/defects                 picking:write
POST   /api/inventory/parcels/{parcel_id}/pack                    picking:write
GET    /api/inventory/products                                    products:read
POST   /api/inventory/products                                    products:write
GET    /api/inventory/products/{sku}                              products:read
PATCH  /api/inventory/products/{sku}                              products:write
POST   /api/inventory/receipts                                    stock:write
GET    /api/inventory/returns                                     return-goods:read
GET    /api/inventory/returns/{return_id}                         return-goods:read
POST   /api/inventory/returns/{return_id}/inspect                 return-goods:write
GET    /api/inventory/stock                                       stock:read
GET    /api/inventory/values                                      stock:read!
GET    /api/inventory/values/total                                stock:read!
GET    /api/inventory/waiting                                     stock:read
POST   /api/inventory/waves                                       picking:write
GET    /api/inventory/waves                                       picking:read
GET    /api/inventory/waves/{id}                                  picking:read
GET    /api/jobs                                                  jobs:read
POST   /api/jobs/{name}/run                                       jobs:write
GET    /api/jobs/{name}/runs                                      jobs:read
GET    /api/keys                                                  keys:read
POST   /api/keys                                                  keys:write
DELETE /api/keys/{key_id}                                         keys:delete
GET    /api/me                                                    signed-in
POST   /api/me/password                                           signed-in
GET    /api/addresses/districts                                   orders:read
GET    /api/addresses/provinces                                   orders:read
GET    /api/addresses/wards                                       orders:read
POST   /api/orders                                                orders:write
GET    /api/orders                                                orders:read
POST   /api/orders/batch                                          orders:write
POST   /api/orders/bulk/assign                                    orders:delete
POST   /api/orders/bulk/cancel                                    orders:write
POST   /api/orders/bulk/confirm                                   order-status:write
POST   /api/orders/bulk/delete                                    deleted-orders:delete
POST   /api/orders/bulk/hold                                      order-status:write
POST   /api/orders/bulk/release                                   order-status:write
POST   /api/orders/bulk/restore                                   deleted-orders:write
GET    /api/orders/call-queue                                     order-status:read
POST   /api/orders/call-queue/next                                order-status:write
GET    /api/orders/channels                                       orders:read
PUT    /api/orders/channels/{code}                                settings:write
GET    /api/orders/channels/{code}/history                        orders:read
GET    /api/orders/enquiry                                        orders:read
POST   /api/orders/imports                                        orders:write
GET    /api/orders/imports                                        orders:read
GET    /api/orders/imports/{id}                                   orders:read
POST   /api/orders/imports/{id}/cancel                            orders:write
POST   /api/orders/imports/{id}/complete                          orders:write
PUT    /api/orders/imports/{id}/parts/{part}                      orders:write
GET    /api/orders/imports/{id}/report                            orders:read
GET    /api/orders/imports/{id}/rows                              orders:read
POST   /api/orders/imports/{id}/start                             orders:write
POST   /api/orders/merge                                          duplicates:write
GET    /api/orders/sources                                        orders:read
PUT    /api/orders/sources/{code}                                 settings:write
GET    /api/orders/sources/{code}/history                         orders:read
PATCH  /api/orders/{ref}                                          orders:write
GET    /api/orders/{ref}                                          orders:read
POST   /api/orders/{ref}/assign                                   orders:delete
POST   /api/orders/{ref}/calls                                    order-status:write
POST   /api/orders/{ref}/cancel                                   orders:write
POST   /api/orders/{ref}/confirm                                  order-status:write
POST   /api/orders/{ref}/delete                                   deleted-orders:delete
POST   /api/orders/{ref}/hold                                     order-status:write
POST   /api/orders/{ref}/release                                  order-status:write
POST   /api/orders/{ref}/split                                    duplicates:write
POST   /api/orders/{ref}/restore                                  deleted-orders:write
GET    /api/orders/{ref}/timeline                                 orders:read
POST   /api/orders/{ref}/unmerge                                  duplicates:write
GET    /api/replays                                               dead-letters:read
POST   /api/replays/{service}                                     dead-letters:write
GET    /api/replays/{service}/{replay_id}                         dead-letters:read
GET    /api/roles                                                 users:read
PUT    /api/roles/{name}                                          users:write
DELETE /api/roles/{name}                                          users:delete
GET    /api/settings                                              settings:read
GET    /api/settings/{name}                                       settings:read
PATCH  /api/settings/{name}                                       settings:write
GET    /api/shipping/carriers                                     carriers:read
POST   /api/shipping/carriers                                     carriers:write
GET    /api/shipping/carriers/{carrier_id}                        carriers:read
PATCH  /api/shipping/carriers/{carrier_id}                        carriers:write
POST   /api/shipping/carriers/{carrier_id}/ranges                 carriers:write
GET    /api/shipping/manifests                                    waybills:read
POST   /api/shipping/manifests                                    waybills:write
GET    /api/shipping/manifests/{manifest_id}                      waybills:read
DELETE /api/shipping/manifests/{manifest_id}                      waybills:write
POST   /api/shipping/manifests/{manifest_id}/sign                 waybills:write
POST   /api/shipping/quotes                                       carriers:read
POST   /api/shipping/scans                                        tracking:write
GET    /api/shipping/scans                                        tracking:read
GET    /api/shipping/shipments                                    tracking:read
GET    /api/shipping/shipments/{shipment_id}                      tracking:read
POST   /api/shipping/shipments/{shipment_id}/recall               waybills:delete
GET    /api/shipping/shipments/{shipment_id}/waybill              waybills:read
GET    /api/shipping/unroutable                                   waybills:read
POST   /api/shipping/unroutable/retry                             waybills:write
GET    /api/shipping/waybill-copies                               waybills:read
POST   /api/shipping/waybills                                     waybills:write
GET    /api/users                                                 users:read
POST   /api/users                                                 users:write
GET    /api/users/{user_id}                                       users:read
PATCH  /api/users/{user_id}                                       users:write
POST   /api/users/{user_id}/sign-out                              users:write
"""
_INSIDE = """
GET    /settings                                                  settings:read
GET    /settings/{name}                                           settings:read
PATCH  /settings/{name}                                           settings:write
GET    /jobs                                                      jobs:read
GET    /jobs/{name}/runs                                          jobs:read
POST   /jobs/{name}/run                                           jobs:write
GET    /audit                                                     audit:read
GET    /dead-letters                                              dead-letters:read
GET    /dead-letters/groups                                       dead-letters:read
GET    /dead-letters/{letter_id}                                  dead-letters:read
POST   /dead-letters/{letter_id}/replay                           dead-letters:write
POST   /dead-letters/{letter_id}/edit                             dead-letters:write
POST   /dead-letters/{letter_id}/discard                          dead-letters:write
GET    /replays                                                   dead-letters:read
GET    /replays/{replay_id}                                       dead-letters:read
POST   /replays                                                   dead-letters:write
GET    /consumers                                                 jobs:read
POST   /consumers/{name}/rebuild                                  jobs:write
GET    /halves                                                    dead-letters:read
GET    /halves/{name}                                             dead-letters:read
"""
"""What every service answers besides its own routes; only the gateway asks."""


@dataclass(frozen=True)
class Line:
    """One route. ``right`` is an area of the paper and what is done there, or ``public`` or ``signed-in``.

    ``!``: only who has the right for all stores; the worth of goods is one figure over all of them.
    """

    method: str
    path: str
    right: str


def routes() -> list[Line]:
    """What callers can ask at the gateway."""
    return [Line(*row.split()) for row in _ROUTES.strip().splitlines()]


def inside() -> list[Line]:
    return [Line(*row.split()) for row in _INSIDE.strip().splitlines()]


def permissions_of(role: str) -> frozenset[str]:
    """What the role may do, as the tokens for services say it."""
    return frozenset(f"{area}:{action}{own}" for area, action, own in _granted(role))


def may(role: str, right: str) -> bool:
    """Whether the role may, be it only for its own store."""
    if right.endswith("!"):
        return right.removesuffix("!") in permissions_of(role)
    return right in ("public", "signed-in") or not permissions_of(role).isdisjoint({right, f"{right}:own"})


def _granted(role: str) -> Iterator[tuple[str, str, str]]:
    cells: Mapping[str, str] = _PLATFORM.get(role, {})
    for row in _BUSINESS.strip().splitlines():
        area, _, *letters = row.strip("|").split("|")
        cells = {**cells, area.strip(): dict(zip(ROLES, letters, strict=False)).get(role, "-")}
    for area, cell in cells.items():
        for letter in cell.removesuffix("o"):
            for action in _LETTERS[letter]:
                yield area, action, ":own" if cell.endswith("o") else ""
