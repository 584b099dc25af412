"""Takes OTLP/HTTP traces and hands them to Zipkin in its own format, which knows neither OTLP nor links.

``python -m devkit.otlp_bridge --port 4318 --zipkin http://127.0.0.1:9411``. Spans wait in a bounded queue: a Zipkin
that is slow, or still starting, costs the services nothing, and what does not fit is counted and dropped.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import uvicorn
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

QUEUED_BATCHES = 500
SPANS_PER_POST = 2000
KINDS = {
    Span.SPAN_KIND_SERVER: "SERVER",
    Span.SPAN_KIND_CLIENT: "CLIENT",
    Span.SPAN_KIND_PRODUCER: "PRODUCER",
    Span.SPAN_KIND_CONSUMER: "CONSUMER",
}
ZipkinSpan = dict[str, Any]


def zipkin_spans(request: ExportTraceServiceRequest) -> Iterator[ZipkinSpan]:
    """The spans of an export as Zipkin v2 reads them; times in microseconds, links as tags ``link.N``."""
    for group in request.resource_spans:
        resource = {item.key: _text(item.value) for item in group.resource.attributes}
        service = resource.get("service.name", "unknown")
        for scope in group.scope_spans:
            for span in scope.spans:
                yield _zipkin_span(span, service)


def _zipkin_span(span: Span, service: str) -> ZipkinSpan:
    tags = {item.key: _text(item.value) for item in span.attributes}
    for number, link in enumerate(span.links):
        tags[f"link.{number}"] = f"{link.trace_id.hex()}/{link.span_id.hex()}"
    if span.status.code == Status.STATUS_CODE_ERROR:
        tags["error"] = span.status.message or "true"
    remote = tags.get("server.address") or tags.get("messaging.destination.name") or tags.get("db.namespace")
    found: ZipkinSpan = {
        "traceId": span.trace_id.hex(),
        "id": span.span_id.hex(),
        "name": span.name,
        "timestamp": span.start_time_unix_nano // 1000,
        "duration": max(1, (span.end_time_unix_nano - span.start_time_unix_nano) // 1000),
        "localEndpoint": {"serviceName": service},
        "annotations": [{"timestamp": event.time_unix_nano // 1000, "value": event.name} for event in span.events],
        "tags": tags,
    }
    if span.parent_span_id:
        found["parentId"] = span.parent_span_id.hex()
    if kind := KINDS.get(span.kind):
        found["kind"] = kind
    if remote and kind and kind != "SERVER":
        found["remoteEndpoint"] = {"serviceName": remote}
    return found


def _text(value: AnyValue) -> str:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return str(value.bool_value).lower()
        case "array_value":
            return ",".join(_text(item) for item in value.array_value.values)
        case "bytes_value":
            return value.bytes_value.hex()
        case None:
            return ""
        case other:
            return str(getattr(value, other))


class Bridge:
    """The queue between what services export and what Zipkin takes."""

    def __init__(self, zipkin: str) -> None:
        self._zipkin = zipkin
        self._waiting: asyncio.Queue[list[ZipkinSpan]] = asyncio.Queue(QUEUED_BATCHES)
        self.passed_on = 0
        self.dropped = 0

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        try:
            spans = list(zipkin_spans(ExportTraceServiceRequest.FromString(body)))
        except DecodeError:
            return Response("not an OTLP trace export in protobuf", status_code=400)
        try:
            self._waiting.put_nowait(spans)
        except asyncio.QueueFull:
            self.dropped += len(spans)
        return Response(ExportTraceServiceResponse().SerializeToString(), media_type="application/x-protobuf")

    async def status(self, _request: Request) -> Response:
        return JSONResponse(
            {"waiting": self._waiting.qsize(), "passed_on": self.passed_on, "dropped": self.dropped},
        )

    async def pass_on(self) -> None:
        """Hand spans to Zipkin for ever; while it is away they wait."""
        async with httpx2.AsyncClient(base_url=self._zipkin, timeout=10) as client:
            while True:
                spans = await self._waiting.get()
                while len(spans) < SPANS_PER_POST and not self._waiting.empty():
                    spans += self._waiting.get_nowait()
                body = json.dumps(spans).encode()
                while True:
                    if await self._post(client, body):
                        break
                    await asyncio.sleep(0.5)
                self.passed_on += len(spans)

    async def _post(self, client: httpx2.AsyncClient, body: bytes) -> bool:
        try:
            answer = await client.post("/api/v2/spans", content=body, headers={"content-type": "application/json"})
        except httpx2.HTTPError:
            return False
        if answer.is_client_error:
            print(f"Zipkin refuses spans: {answer.status_code} {answer.text[:300]}", flush=True)
        return not answer.is_server_error


def application(zipkin: str) -> Starlette:
    bridge = Bridge(zipkin)

    @contextlib.asynccontextmanager
    async def passing_on(_app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(bridge.pass_on())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    routes = [Route("/v1/traces", bridge.take, methods=["POST"]), Route("/status", bridge.status)]
    return Starlette(routes=routes, lifespan=passing_on)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m devkit.otlp_bridge", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--zipkin", required=True, help="base URL, e.g. http://127.0.0.1:9411")
    chosen = parser.parse_args()
    uvicorn.run(application(chosen.zipkin), host="127.0.0.1", port=chosen.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
