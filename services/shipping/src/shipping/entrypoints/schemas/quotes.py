"""What a parcel would cost, as callers ask and read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.money import Money
from shipping.domain.quotes import Offers, Quote
from shipping.entrypoints.schemas.carriers import Grams


class QuoteBody(BaseModel):
    """Where to and how heavy; ``carrier_choice`` is what the customer asked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"province": "Bình Dương", "weight_g": 1200}]}
    )

    province: Annotated[str, Field(min_length=1, max_length=100)]
    weight_g: Grams
    carrier_choice: Annotated[str, Field(max_length=50)] | None = None


class QuoteView(BaseModel):
    carrier_id: str
    carrier_name: str
    service: str
    service_name: str
    fee: Money
    use_when: str


class QuotesView(BaseModel):
    """In the order in which they would be tried: the customer's choice, then the cheapest.

    ``province`` is the one of today that was understood. ``obstacle`` (with its ``detail``) says why there is none.
    """

    province_code: str | None
    province: str | None
    quotes: list[QuoteView]
    obstacle: str | None
    detail: str | None

    @classmethod
    def of(cls, found: Offers, ranked: Sequence[Quote], detail: str | None) -> QuotesView:
        return cls(
            province_code=found.province.code if found.province else None,
            province=found.province.name if found.province else None,
            quotes=[
                QuoteView(
                    carrier_id=quote.carrier_id,
                    carrier_name=quote.carrier_name,
                    service=quote.service,
                    service_name=quote.service_name,
                    fee=Money(amount=quote.fee),
                    use_when=quote.use_when,
                )
                for quote in ranked
            ],
            obstacle=found.obstacle,
            detail=detail,
        )
