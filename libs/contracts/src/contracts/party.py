"""Who somebody is and where they live, as every service writes it."""

from typing import Annotated

from pydantic import Field

from contracts.event import Body, Personal

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""E.164: ``+84901234567``."""


class Address(Body):
    """A delivery address as the customer wrote it. ``district``: only under the scheme that ended in July 2025.

    ``ward_code`` and ``province_code`` are the official codes of today's scheme (Decision 19/2025/QĐ-TTg), ``standard``
    its ward and province in words; none of them while nobody knows which ward is meant.
    """

    street: Annotated[str, Field(min_length=1, max_length=300), Personal]
    ward: Annotated[str, Field(min_length=1, max_length=100), Personal]
    district: Annotated[str, Field(max_length=100)] | None = None
    province: Annotated[str, Field(min_length=1, max_length=100)]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "VN"
    ward_code: Annotated[str | None, Field(max_length=10), Personal] = None
    province_code: Annotated[str | None, Field(max_length=10)] = None
    standard: Annotated[str | None, Field(max_length=200), Personal] = None


class Contact(Body):
    """The person an order is for (ORD-02): the phone is who they are, the address where the parcel goes."""

    name: Annotated[str, Field(min_length=1, max_length=200), Personal]
    phone: Annotated[Phone, Personal]
    email: Annotated[str | None, Field(max_length=254), Personal] = None
    address: Address
