"""The SKU master over HTTP (INV-01)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.http import Listed, Paged, SeenVersion, etag, refuse_stale
from chassis.security import requires
from contracts import Money
from inventory.adapters.queries import stock as queries
from inventory.application.keep_products import change_product, register_product
from inventory.domain.product import Product, ProductNotFound
from inventory.entrypoints.shapes import Barcode, Dong, Note, Read, Sku, TextAsked, Uow, Words

router = APIRouter(tags=["inventory"])

Name = Annotated[str, Field(min_length=1, max_length=300)]
Weight = Annotated[int, Field(ge=0, le=1_000_000)]
Vat = Annotated[int, Field(ge=0, le=10_000)]
Threshold = Annotated[int, Field(ge=0, le=1_000_000)]


class _Described(BaseModel):
    """What a product need not have, new or changed."""

    barcode: Barcode | None = None
    weight_g: Weight = 0
    vat_rate_bp: Vat = 0
    kind: Words | None = None
    design: Words | None = None
    colour: Words | None = None
    size: Words | None = None
    material: Words | None = None
    use: Words | None = None
    selling_points: Note | None = None
    active: bool = True
    low_at: Threshold | None = None


class ProductBody(_Described):
    """``weight_g`` 0 means not weighed; ``low_at``: available units at which somebody is told."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "sku": "AO-L",
                    "name": "Áo thun cổ tròn, L",
                    "barcode": "8938505974192",
                    "weight_g": 180,
                    "price": {"amount": 150000, "currency": "VND"},
                    "vat_rate_bp": 800,
                    "kind": "áo",
                    "colour": "trắng",
                    "size": "L",
                }
            ]
        },
    )

    sku: Sku
    name: Name
    price: Dong


class ProductPatch(_Described):
    """Only what is named changes; ``null`` empties what may be empty."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"price": 160000, "weight_g": 190}]})

    name: Name = ""
    price: Dong = Money(amount=0)


class ProductView(BaseModel):
    """``stock_quantity`` and ``stock_value`` are of all locations; ``unit_cost`` is their quotient, only to read."""

    model_config = ConfigDict(from_attributes=True)

    sku: str
    name: str
    barcode: str | None
    weight_g: int
    price: Money
    vat_rate_bp: int
    kind: str | None
    design: str | None
    colour: str | None
    size: str | None
    material: str | None
    use: str | None
    selling_points: str | None
    active: bool
    low_at: int | None
    version: int
    stock_quantity: int
    stock_value: Money
    unit_cost: Money | None


def product_view(row: Any) -> ProductView:
    quantity, value = row.stock_quantity, row.stock_value
    return ProductView(
        **{name: getattr(row, name) for name in ProductBody.model_fields if name != "price"},
        price=Money(amount=row.price, currency=row.currency),
        version=row.version,
        stock_quantity=quantity,
        stock_value=Money(amount=value),
        unit_cost=Money(amount=value).share(1, quantity) if quantity else None,
    )


@router.get("/inventory/products", dependencies=[requires("products:read")])
async def list_products(
    page: Paged,
    uow: Read,
    q: Annotated[TextAsked, Query(description="beginnings of words in SKU, name or barcode, accents or not")] = None,
    active: bool | None = None,
) -> Listed[ProductView]:
    """Products by SKU."""
    rows = await queries.products_page(
        uow.connection, q=q, active=active, after=page.begins_after(str), limit=page.one_more
    )
    return page.of(rows, key=lambda row: (row.sku,), view=product_view)


@router.get("/inventory/products/{sku}", dependencies=[requires("products:read")])
async def get_product(sku: str, response: Response, uow: Read) -> ProductView:
    """One product; its version is the ETag."""
    return await _shown(sku, response, uow)


@router.post("/inventory/products", status_code=201, dependencies=[requires("products:write")])
async def add_product(body: ProductBody, response: Response, uow: Uow) -> ProductView:
    """A new SKU. Its name is for ever; everything else may be changed."""
    await register_product(Product(**_fields(body)), uow)
    return await _shown(body.sku, response, uow)


@router.patch("/inventory/products/{sku}", dependencies=[requires("products:write")])
async def edit_product(
    sku: str,
    body: ProductPatch,
    response: Response,
    uow: Uow,
    version: SeenVersion,
) -> ProductView:
    """Change what is named. With `If-Match` only if nobody has changed it since it was read."""
    product = await uow.products.get(sku)
    refuse_stale(version, product.version)
    await change_product(product, _fields(body), uow)
    return await _shown(sku, response, uow)


def _fields(body: ProductBody | ProductPatch) -> dict[str, Any]:
    given = {name: getattr(body, name) for name in body.model_fields_set}
    price = given.pop("price", None)
    return given if price is None else given | {"price": price.amount, "currency": price.currency}


async def _shown(sku: str, response: Response, uow: Read) -> ProductView:
    row = await queries.product(uow.connection, sku)
    if row is None:
        raise ProductNotFound(sku=sku)
    etag(response, row.version)
    return product_view(row)
