from datetime import UTC, datetime

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from chassis import telemetry
from chassis.telemetry.context import parsed
from chassis.testing import Harness
from contracts import Actor, Meta

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-00"
TRACE = 0x0AF7651916CD43DD8448EB211C80319C
WRITE = {"things:write", "things:read"}


@pytest.fixture(autouse=True)
def spans(exported):
    def finished():
        trace.get_tracer_provider().force_flush()
        return {span.name: span for span in exported.get_finished_spans()}

    finished()
    exported.clear()
    return finished


def a_meta(id: str, traceparent: str | None) -> Meta:
    now = datetime.now(UTC)
    return Meta(
        id=id, type="crop.harvested", source="farm", time=now, occurred_at=now, actor=Actor.system("t"), subject="a",
        sequence=1, correlation_id="order-1", traceparent=traceparent,
    )  # fmt: skip


@pytest.mark.connected
async def test_a_request_continues_the_callers_trace_and_its_outbox_row_continues_the_request(harness: Harness, spans):
    telemetry.watch(harness.runtime.engine)
    from pantry.events import JarFilled

    tracer = trace.get_tracer("test")
    with tracer.start_as_current_span("POST /jars") as span:
        async with harness.runtime.transaction(Actor.system("t"), traceparent=telemetry.traceparent()) as uow:
            uow.publish(JarFilled(field="a", amount=1))

    (event,) = await harness.published(JarFilled)
    context = parsed(event.meta.traceparent)
    assert context is not None
    assert (context.trace_id, context.span_id) == (span.get_span_context().trace_id, span.get_span_context().span_id)
    assert any(name.startswith("WITH") for name in spans())


@pytest.mark.connected
async def test_a_server_span_names_the_route_and_its_sql_hangs_below_it(shelf: Harness, spans):
    telemetry.watch(shelf.runtime.engine)
    client = shelf.client(permissions=WRITE)

    answer = await client.post("/things", json={"name": "jar"}, headers={"traceparent": PARENT})
    missing = await client.get("/things/00000000-0000-0000-0000-000000000001", headers={"traceparent": PARENT})

    found = spans()
    server = found["POST /things"]
    assert answer.status_code == 201
    assert (server.kind, server.context.trace_id, server.parent.span_id) == (SpanKind.SERVER, TRACE, 0xB7AD6B7169203331)
    inserts = [span for name, span in found.items() if name.startswith("INSERT")]
    assert inserts
    assert {span.parent.span_id for span in inserts} == {server.context.span_id}
    assert "jar" not in str(inserts[0].attributes)
    assert missing.json()["trace_id"] == f"{TRACE:032x}"
    assert not any("/health" in name or name.startswith("fastapi.") for name in found)


@pytest.mark.connected
async def test_a_request_that_is_not_sampled_makes_no_span_and_hands_its_context_on(shelf: Harness, spans):
    telemetry.watch(shelf.runtime.engine)

    await shelf.client(permissions=WRITE).post("/things", json={"name": "jar"}, headers={"traceparent": UNSAMPLED})

    assert spans() == {}


@pytest.mark.connected
async def test_a_failing_statement_is_marked_without_its_message(shelf: Harness, spans):
    telemetry.watch(shelf.runtime.engine)
    with trace.get_tracer("test").start_as_current_span("outer"), pytest.raises(Exception, match="nowhere"):
        await shelf.rows("SELECT 1 FROM nowhere")

    (failed,) = [span for name, span in spans().items() if name.startswith("SELECT")]
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None


def test_each_event_of_a_batch_continues_its_own_trace_and_the_batch_is_linked(spans, exported):
    other = PARENT.replace("319c", "319f")
    metas = [a_meta("1", PARENT), a_meta("2", other), a_meta("3", UNSAMPLED), a_meta("4", None)]

    with telemetry.consumer_spans("pantry.crops", "farm.crop.v1", metas) as batch:
        telemetry.tag(event_id="2", order_code="DH2511220042")

    whole = spans()["batch farm.crop.v1"]
    by_message = {
        span.attributes["messaging.message.id"]: span
        for span in exported.get_finished_spans()
        if span.name == "process farm.crop.v1"
    }
    assert set(by_message) == {"1", "2"}
    assert by_message["1"].context.trace_id == TRACE
    assert by_message["1"].parent.span_id == 0xB7AD6B7169203331
    assert by_message["2"].attributes["order.code"] == "DH2511220042"
    assert "order.code" not in by_message["1"].attributes
    assert {link.context.trace_id for link in whole.links} == {TRACE, TRACE + 3}
    assert whole.parent is None
    assert by_message["1"].links[0].context.span_id == whole.context.span_id
    assert parsed(batch.traceparents["1"]).span_id == by_message["1"].context.span_id
    assert batch.traceparents["3"] == UNSAMPLED
    assert "4" not in batch.traceparents


def test_a_batch_that_fails_marks_every_span_of_it(spans):
    with pytest.raises(ValueError, match="boom"), telemetry.consumer_spans("c", "t", [a_meta("1", PARENT)]):
        raise ValueError("boom")

    assert {span.status.status_code for span in spans().values()} == {StatusCode.ERROR}
    assert {span.attributes["error.type"] for span in spans().values()} == {"ValueError"}


def test_sending_is_a_span_of_the_events_trace_and_travels_on(spans):
    span = telemetry.producer_span("farm.crop.v1", "1", PARENT)
    assert span is not None
    sent = telemetry.traceparent(span)
    span.end()

    found = spans()["send farm.crop.v1"]
    assert (found.kind, found.context.trace_id, parsed(sent).span_id) == (
        SpanKind.PRODUCER,
        TRACE,
        found.context.span_id,
    )
    assert telemetry.producer_span("farm.crop.v1", "1", UNSAMPLED) is None
    assert telemetry.producer_span("farm.crop.v1", "1", None) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        PARENT[:-3],
        "ff" + PARENT[2:],
        PARENT.replace("0af7", "xaf7"),
        f"00-{'0' * 32}-{'0' * 16}-01",
        "a-" * 60,
    ],
)
def test_a_traceparent_that_is_none_begins_no_trace(text: str):
    assert parsed(text) is None


def test_a_newer_traceparent_with_more_to_say_is_still_read():
    assert parsed("01" + PARENT[2:] + "-more") is not None
