"""What shipping copies from others."""

from chassis import copy
from contracts.crm.v1 import CustomerChanged
from shipping.adapters import tables

customers = copy(
    "customers",
    CustomerChanged,
    table=tables.customers,
    key="customer_id",
    values=lambda customer: {
        "phone": customer.phone,
        "erased_at": customer.meta.occurred_at if customer.erased else None,
    },
)
"""Whose phone is whose: only so that who asks to be forgotten is found among the parcels."""
