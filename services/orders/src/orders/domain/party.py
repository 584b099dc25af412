"""Who an order is for, and where it goes."""

from dataclasses import dataclass

from orders.domain.words import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """``district`` is there only under the three-level scheme that ended in July 2025."""

    street: str
    ward: str
    province: str
    district: str | None = None
    country: str = "VN"

    @property
    def folded(self) -> str:
        """What two spellings of one address have in common; the district went in July 2025 and says no more."""
        return " ".join(folded(f"{self.street} {self.ward} {self.province} {self.country}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """``phone`` is E.164 and says who somebody is."""

    name: str
    phone: str
    address: Address
    email: str | None = None

    def missing(self) -> tuple[str, ...]:
        """What ORD-02 asks for and is not there; the email is optional."""
        needed = {
            "contact/name": self.name,
            "contact/phone": self.phone,
            "contact/address/street": self.address.street,
            "contact/address/ward": self.address.ward,
            "contact/address/province": self.address.province,
        }
        return tuple(field for field, value in needed.items() if not value.strip())
