"""One document for callers, and a page to browse it. Everything comes from here: no other host is asked."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from chassis.domain import NotFound
from chassis.security import public
from gateway.entrypoints.auth import guest
from gateway.entrypoints.edge import edge_of

router = APIRouter(prefix="/api", include_in_schema=False, dependencies=[public(), Depends(guest)])

_MEDIA = {"js": "text/javascript", "css": "text/css", "png": "image/png"}
_ASSETS = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ganh API</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  filter: true,
  persistAuthorization: true,
  docExpansion: "none",
  validatorUrl: null,
});
"""


class NoSuchAsset(NotFound):
    """The page has no part of this name."""


@router.get("/openapi.json")
async def document(request: Request, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """Everything callers can ask, of all services."""
    content, version = edge_of(request).directory.published(request.app.openapi())
    headers = {"ETag": f'"{version}"', "Cache-Control": "no-cache"}
    if if_none_match == f'"{version}"':
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


@router.get("/docs")
async def page() -> Response:
    """The document, to be read and tried by people."""
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """A part of the page."""
    if name == "start.js":
        return Response(_START, media_type=_MEDIA["js"])
    if name not in _ASSETS:
        raise NoSuchAsset(name=name)
    media = _MEDIA[name.rpartition(".")[2]]
    return Response(_content(name), media_type=media, headers={"Cache-Control": "public, max-age=86400"})


@cache
def _content(name: str) -> bytes:
    return resources.files("fastapi_offline").joinpath("static", name).read_bytes()
