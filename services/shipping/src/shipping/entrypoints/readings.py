"""Other services' events, read as what shipping needs of them."""

from contracts.inventory.v1 import ParcelPacked, StockReserved
from contracts.orders.v1 import OrderTerms
from shipping.application.ports import HoldNews, TermsNews
from shipping.domain.terms import Line, Parcel, Receiver, Terms


def terms_news(event: OrderTerms) -> TermsNews:
    return TermsNews(order_id=event.order_id, sequence=event.meta.sequence, terms=terms_of(event))


def terms_of(event: OrderTerms) -> Terms:
    address = event.contact.address
    return Terms(
        code=event.code,
        receiver=Receiver(
            name=event.contact.name,
            phone=event.contact.phone,
            street=address.street,
            ward=address.ward,
            district=address.district,
            province=address.province,
            country=address.country,
            standard=address.standard,
        ),
        lines=tuple(
            Line(
                line_id=line.line_id,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                amount=line.amount.amount,
                vat_rate_bp=line.vat_rate_bp,
                weight_g=line.weight_g,
            )
            for line in event.lines
        ),
        freight=event.freight.amount,
        total=event.total.amount,
        cod=event.cod.amount,
        currency=event.total.currency,
        carrier_choice=event.carrier_choice,
        note=event.note,
        store_id=event.store_id,
        owner_id=event.owner_id,
    )


def hold_news(event: StockReserved) -> HoldNews:
    return HoldNews(order_id=event.order_id, at=event.meta.occurred_at, waiting_since=event.waiting_since)


def parcel_of(event: ParcelPacked) -> Parcel:
    return Parcel(id=event.parcel_id, location_id=event.location_id, weight_g=event.weight_g)
