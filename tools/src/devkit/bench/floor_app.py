"""The floor of intake: the least a web application can do that keeps the same rows (DESIGN: nobody gets under it).

One endpoint inserts what an order leaves behind, row for row and with the same indexes, in copies of the tables; it
checks nothing, looks nothing up and knows nobody. Started as ``python -m devkit.bench.floor_app DSN PORT``.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from devkit.bench.floor_rows import Insert, inserts

POOL = 10
"""Connections, as many as a service has."""


class _Line(BaseModel):
    sku: str
    quantity: int


class _Contact(BaseModel):
    name: str
    phone: str
    address: dict[str, str]


class _Order(BaseModel):
    source: str
    external_id: str
    channel: str
    contact: _Contact
    lines: list[_Line]
    freight: dict[str, Any]
    device: str


def application(dsn: str) -> FastAPI:
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL) as pool:
            async with pool.acquire() as connection:
                state.update(pool=pool, five=await inserts(connection, 5), one=await inserts(connection, 1))
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)

    @app.post("/{statements}", status_code=201)
    async def place(statements: str, order: _Order) -> dict[str, str]:
        return await _insert(state["pool"], state[statements], order)

    return app


async def _insert(pool: Any, statements: list[Insert], order: _Order) -> dict[str, str]:
    id = uuid4()
    async with pool.acquire() as connection, connection.transaction():
        for statement in statements:
            await connection.execute(statement.sql, *statement.values(id))
    return {"id": str(id), "source": order.source}


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[1]), port=int(sys.argv[2]), loop="uvloop", http="httptools", ws="none",
        access_log=False, log_level="warning", timeout_keep_alive=75,
    )  # fmt: skip
