"""What the demo shop consists of, read from ``shop.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, cast

from devkit.stack.home import Home


@dataclass(frozen=True)
class Product:
    """A SKU; ``price`` and ``cost`` of one unit in whole đồng, ``stock`` units by location."""

    sku: str
    name: str
    barcode: str
    price: int
    cost: int
    weight_g: int
    design: str
    colour: str
    size: str
    stock: Mapping[str, int]


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: str
    stores: tuple[str, ...] = ()


@cache
def shop() -> dict[str, Any]:
    return tomllib.loads(files("devkit.shop").joinpath("shop.toml").read_text(encoding="utf-8"))


def people() -> list[Person]:
    return [Person(row["login"], row["name"], row["role"], tuple(row.get("stores", ()))) for row in shop()["people"]]


def carriers() -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", shop()["carriers"])


def products() -> Iterator[Product]:
    """Every design in every colour and size, with an EAN-13 barcode of the numbers for use inside a shop (2…)."""
    number = 0
    for design in shop()["designs"]:
        for (code, colour), size in product(design["colours"].items(), design["sizes"]):
            number += 1
            yield Product(
                sku=f"{design['code']}-{code}-{size}", name=f"{design['name']} {colour} {size}",
                barcode=ean13(f"20{number:010d}"), price=design["price"], cost=design["cost"],
                weight_g=design["weight_g"], design=design["code"], colour=colour, size=size, stock=design["stock"],
            )  # fmt: skip


def ean13(digits: str) -> str:
    """Twelve digits with their check digit."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def logins(home: Home) -> list[tuple[str, str, str]]:
    """User, password, who it is: one per role."""
    return [(person.login, home.secret(f"user {person.login}"), f"{person.name}, {person.role}") for person in people()]
