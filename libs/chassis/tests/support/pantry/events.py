from typing import Annotated, ClassVar, Literal

from contracts.event import Event, Personal, Visibility


class CropEvent(Event):
    topic: ClassVar[str] = "farm.crop.v1"
    key_field: ClassVar[str] = "field"

    field: str


class CropHarvested(CropEvent):
    type: Literal["crop.harvested"] = "crop.harvested"
    amount: int
    picker: Annotated[str | None, Personal] = None


class CropSpoiled(CropEvent):
    type: Literal["crop.spoiled"] = "crop.spoiled"


class CropPraised(CropEvent):
    """Nobody in the pantry handles this one."""

    type: Literal["crop.praised"] = "crop.praised"


class PriceChanged(Event):
    topic: ClassVar[str] = "market.price.v1"
    key_field: ClassVar[str] = "sku"
    compacted: ClassVar[bool] = True

    type: Literal["price.changed"] = "price.changed"
    sku: str
    amount: int
    labels: tuple[str, ...] = ()


class JarEvent(Event):
    topic: ClassVar[str] = "pantry.jar.v1"
    key_field: ClassVar[str] = "field"

    field: str


class JarFilled(JarEvent):
    type: Literal["jar.filled"] = "jar.filled"
    amount: int


class JarState(Event):
    topic: ClassVar[str] = "pantry.jar-state.v1"
    key_field: ClassVar[str] = "field"
    compacted: ClassVar[bool] = True

    type: Literal["jar.changed"] = "jar.changed"
    field: str
    amount: int


class Gift(Event):
    topic: ClassVar[str] = "pantry.gift.v1"
    key_field: ClassVar[str] = "name"
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["gift.offered"] = "gift.offered"
    name: str
    amount: int


class GiftAnswer(Event):
    topic: ClassVar[str] = "pantry.gift-result.v1"
    key_field: ClassVar[str] = "name"
    visibility: ClassVar[Visibility] = Visibility.DOOR

    type: Literal["gift.answered"] = "gift.answered"
    name: str
    accepted: bool
    reasons: tuple[str, ...] = ()
