"""What the desk copies from others to be able to work without them."""

from chassis import copy
from contracts.crm.v1 import CustomerChanged
from contracts.inventory.v1 import ProductChanged, StockChanged
from orders.adapters import tables

products = copy(
    "products",
    ProductChanged,
    table=tables.products,
    key="sku",
    values=lambda product: {
        "name": product.name,
        "price": product.price.amount,
        "currency": product.price.currency,
        "vat_rate_bp": product.vat_rate_bp,
        "weight_g": product.weight_g,
        "active": product.active,
    },
)
availability = copy(
    "availability",
    StockChanged,
    table=tables.availability,
    key="sku",
    values=lambda stock: {
        "available": stock.available,
        "levels": [level.model_dump(mode="json") for level in stock.levels],
    },
)
customers = copy(
    "customers",
    CustomerChanged,
    table=tables.customers,
    key="customer_id",
    values=lambda customer: {
        "phone": customer.phone,
        "blacklisted": customer.blacklisted,
        "blacklist_reason": customer.blacklist_reason,
        "orders": customer.orders,
        "refusals": customer.refusals,
        "erased_at": customer.meta.occurred_at if customer.erased else None,
    },
)
