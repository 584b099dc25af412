"""What the pantry does: notes each crop in ``note``, fills a jar for each, and can be told to fail."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from chassis import Letter, Permanent, Service, ServiceSettings, UnitOfWork, consumer, copy, door
from pantry.events import (
    CropEvent,
    CropHarvested,
    CropSpoiled,
    Gift,
    GiftAnswer,
    JarFilled,
    PriceChanged,
)

metadata = MetaData()
price = Table(
    "price",
    metadata,
    Column("sku", Text, primary_key=True),
    Column("amount", Integer, nullable=False),
    Column("labels", ARRAY(Text), nullable=False),
    Column("version", BigInteger, nullable=False),
)


class PantrySettings(ServiceSettings, env_prefix="PANTRY_"):
    """Nothing of its own."""


class PantryUnitOfWork(UnitOfWork):
    async def note(self, key: str, what: str, event_id: str) -> None:
        await self.connection.execute(
            text("INSERT INTO note (key, what, event_id) VALUES (:key, :what, :event_id)"),
            {"key": key, "what": what, "event_id": event_id},
        )

    async def rule(self, key: str) -> str | None:
        """What a test wants to happen to a key: ``boom`` (unexpected), ``never`` (permanent)."""
        found = await self.connection.execute(text("SELECT what FROM rule WHERE key = :key"), {"key": key})
        return found.scalar()


crops = consumer("crops", CropEvent)


async def obey(uow: PantryUnitOfWork, key: str) -> None:
    match await uow.rule(key):
        case "boom":
            raise RuntimeError(f"{key} went boom")
        case "never":
            raise Permanent(f"{key} can never be handled")


@crops.on_batch(CropHarvested)
async def on_harvested(events: Sequence[CropHarvested], uow: PantryUnitOfWork) -> None:
    for event in events:
        await obey(uow, event.field)
    await uow.connection.execute(
        text(
            "INSERT INTO note (key, what, event_id) "
            "SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:whats AS text[]), CAST(:ids AS text[]))"
        ),
        {
            "keys": [event.field for event in events],
            "whats": [f"harvested {event.amount}" for event in events],
            "ids": [event.meta.id for event in events],
        },
    )
    for event in events:
        uow.publish(JarFilled(field=event.field, amount=event.amount), cause=event)


@crops.on(CropSpoiled)
async def on_spoiled(event: CropSpoiled, uow: PantryUnitOfWork) -> None:
    await obey(uow, event.field)
    await uow.note(event.field, "spoiled", event.meta.id)


prices = copy(
    "prices", PriceChanged, table=price, key="sku", values=lambda e: {"amount": e.amount, "labels": list(e.labels)}
)

gifts = door("gifts", Gift, result=GiftAnswer)


@gifts.on
async def on_gift(letter: Letter[Gift], uow: PantryUnitOfWork) -> GiftAnswer:
    if letter.body is None:
        return GiftAnswer(name=letter.key or "", accepted=False, reasons=tuple(each.code for each in letter.reasons))
    await obey(uow, letter.body.name)
    await uow.note(letter.body.name, f"gift of {letter.partner}", letter.id)
    uow.publish(JarFilled(field=letter.body.name, amount=letter.body.amount), cause=letter.body)
    return GiftAnswer(name=letter.body.name, accepted=True)


service = Service(
    name="pantry",
    settings=PantrySettings,
    unit_of_work=PantryUnitOfWork,
    consumers=[crops],
    copies=[prices],
    doors=[gifts],
)
