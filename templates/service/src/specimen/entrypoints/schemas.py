"""Bodies of requests and answers."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class OpenEntryBody(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"title": "Kiểm tra kệ A3"}]})

    title: Annotated[str, Field(min_length=1, max_length=200)]


class EntryView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    closed: bool
    version: int
