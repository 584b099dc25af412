"""What the day will bring: goods, buyers, and what becomes of each order. The same seed brings the same day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from devkit.shop.wares import ean13


class Fate(StrEnum):
    """What the day has in store for an order."""

    DELIVERED = "delivered"
    ON_THE_ROAD = "on_the_road"
    FAILED_THRICE = "failed_thrice"
    REFUSED = "refused"
    LOST = "lost"
    LEFT_ALONE = "left_alone"
    CANCELLED_NEW = "cancelled_new"
    CANCELLED_CONFIRMED = "cancelled_confirmed"
    CANCELLED_PACKED = "cancelled_packed"


class Door(StrEnum):
    """How an order comes in."""

    WEBSITE = "website"
    DESK = "desk"
    LIVE = "live"
    MARKETPLACE = "marketplace"


_fates = {
    Fate.DELIVERED: 64, Fate.ON_THE_ROAD: 7, Fate.FAILED_THRICE: 5, Fate.REFUSED: 5, Fate.LOST: 2,
    Fate.LEFT_ALONE: 5, Fate.CANCELLED_NEW: 4, Fate.CANCELLED_CONFIRMED: 5, Fate.CANCELLED_PACKED: 3,
}  # fmt: skip
_doors = {Door.WEBSITE: 45, Door.DESK: 25, Door.MARKETPLACE: 20, Door.LIVE: 10}
_families = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương")
_given = ("Thị Lan", "Văn Nam", "Minh Anh", "Thu Hà", "Quốc Bảo", "Ngọc Mai", "Gia Huy", "Khánh Linh", "Đức Anh")
_places = (
    ("12 Lê Lợi", "Phường Sài Gòn", "Hồ Chí Minh"), ("45 Hàng Bông", "Phường Hoàn Kiếm", "Hà Nội"),
    ("8 Bạch Đằng", "Phường Hải Châu", "Đà Nẵng"), ("210 Nguyễn Huệ", "Phường Thuận Hóa", "Huế"),
    ("3 Trần Phú", "Phường Nha Trang", "Khánh Hòa"), ("77 Lê Hồng Phong", "Phường Thành Vinh", "Nghệ An"),
    ("19 Hùng Vương", "Phường Ninh Kiều", "Cần Thơ"), ("5 Lạch Tray", "Phường Ngô Quyền", "Hải Phòng"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ware:
    """A SKU of the day. ``scarce`` ones run out and come in again; amounts in đồng."""

    sku: str
    name: str
    barcode: str
    price: int
    cost: int
    weight_g: int
    scarce: bool


@dataclass(frozen=True, slots=True)
class Buyer:
    name: str
    phone: str
    street: str
    ward: str
    province: str

    def contact(self) -> dict[str, object]:
        address = {"street": self.street, "ward": self.ward, "province": self.province}
        return {"name": self.name, "phone": self.phone, "address": address}


@dataclass(frozen=True, slots=True)
class Wish:
    """An order that somebody will place. ``twin_of`` is the number of the order it repeats by mistake."""

    number: int
    buyer: Buyer
    lines: tuple[tuple[str, int], ...]
    door: Door
    fate: Fate
    prepaid: bool
    twin_of: int | None = None

    @property
    def wrong_scan(self) -> bool:
        """Every eleventh parcel is first packed with a wrong item."""
        return self.number % 11 == 0

    @property
    def comes_back_defective(self) -> bool:
        return self.number % 4 == 0


@dataclass(frozen=True)
class Plan:
    """``tag`` is in every name of the day, so that it can be told from other days."""

    tag: str
    wares: tuple[Ware, ...]
    wishes: tuple[Wish, ...]
    opening: dict[str, int] = field(default_factory=dict)
    restock: dict[str, int] = field(default_factory=dict)


def plan(orders: int, seed: int, tag: str) -> Plan:
    """The day of ``orders`` orders, twins included."""
    dice = random.Random(f"{seed}")  # noqa: S311 - a game, no secret
    # Phones and barcodes carry the tag's own number: another day has other buyers and other goods.
    own = random.Random(tag)  # noqa: S311
    wares = tuple(_ware(tag, number, own) for number in range(14))
    buyers = [_buyer(dice, own) for _ in range(max(3, orders * 4 // 5))]
    wishes: list[Wish] = []
    for number in range(orders):
        if number and number % 37 == 0:
            wishes.append(_twin(number, wishes[number - 1]))
            continue
        door = dice.choices(list(_doors), list(_doors.values()))[0]
        fate = list(Fate)[number] if number < len(Fate) else dice.choices(list(_fates), list(_fates.values()))[0]
        wishes.append(
            Wish(
                number=number,
                buyer=buyers[number % len(buyers)],
                lines=_basket(dice, wares),
                door=door,
                fate=fate,
                prepaid=dice.random() < 0.2,
            )
        )
    wanted = {
        ware.sku: sum(quantity for wish in wishes for sku, quantity in wish.lines if sku == ware.sku) for ware in wares
    }
    scarce = {ware.sku for ware in wares if ware.scarce}
    opening = {sku: max(1, units // 2) if sku in scarce else units + 20 for sku, units in wanted.items()}
    restock = {sku: wanted[sku] - opening[sku] + 5 for sku in scarce if wanted[sku] >= opening[sku]}
    return Plan(tag, wares, tuple(wishes), opening, restock)


def _ware(tag: str, number: int, own: random.Random) -> Ware:
    price = 120_000 + 37_000 * number
    return Ware(
        sku=f"{tag}-{number:02d}",
        name=f"Hàng mới {tag} số {number + 1}",
        barcode=ean13(f"21{own.randrange(10**8):08d}{number:02d}"),
        price=price,
        cost=price * 45 // 100,
        weight_g=120 + 45 * number,
        scarce=number >= 12,
    )


def _buyer(dice: random.Random, own: random.Random) -> Buyer:
    street, ward, province = dice.choice(_places)
    name = f"{dice.choice(_families)} {dice.choice(_given)}"
    return Buyer(name, f"09{own.randrange(10**8):08d}", street, ward, province)


def _basket(dice: random.Random, wares: tuple[Ware, ...]) -> tuple[tuple[str, int], ...]:
    chosen = dice.sample(wares, dice.choices((1, 2, 3), (60, 30, 10))[0])
    return tuple((ware.sku, dice.choices((1, 2, 3), (80, 15, 5))[0]) for ware in chosen)


def _twin(number: int, first: Wish) -> Wish:
    return Wish(
        number=number, buyer=first.buyer, lines=first.lines, door=Door.DESK, fate=Fate.CANCELLED_NEW, prepaid=False,
        twin_of=first.number,
    )  # fmt: skip
