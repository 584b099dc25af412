from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from devkit.otlp_bridge import zipkin_spans

TRACE, SPAN, OTHER = bytes(range(16)), bytes(range(8)), bytes(range(8, 16))


def exported(span: Span, service: str = "orders") -> dict:
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.append(KeyValue(key="service.name", value=AnyValue(string_value=service)))
    group.scope_spans.add().spans.append(span)
    [found] = zipkin_spans(request)
    return found


def a_span(**fields) -> Span:
    return Span(
        trace_id=TRACE,
        span_id=SPAN,
        name="POST /orders",
        start_time_unix_nano=5_000,
        end_time_unix_nano=9_000,
        **fields,
    )


def test_a_span_keeps_its_ids_its_service_and_its_time_in_microseconds():
    found = exported(a_span(parent_span_id=OTHER, kind=Span.SPAN_KIND_SERVER))

    assert found["traceId"] == TRACE.hex()
    assert found["id"] == SPAN.hex()
    assert found["parentId"] == OTHER.hex()
    assert found["kind"] == "SERVER"
    assert found["localEndpoint"] == {"serviceName": "orders"}
    assert (found["timestamp"], found["duration"]) == (5, 4)


def test_a_root_has_no_parent():
    assert "parentId" not in exported(a_span())


def test_attributes_of_every_type_become_text():
    attributes = [
        KeyValue(key="text", value=AnyValue(string_value="DH2511220042")),
        KeyValue(key="number", value=AnyValue(int_value=3)),
        KeyValue(key="truth", value=AnyValue(bool_value=True)),
        KeyValue(
            key="many", value=AnyValue(array_value=ArrayValue(values=[AnyValue(int_value=1), AnyValue(int_value=2)]))
        ),
        KeyValue(key="none", value=AnyValue()),
    ]

    assert exported(a_span(attributes=attributes))["tags"] == {
        "text": "DH2511220042", "number": "3", "truth": "true", "many": "1,2", "none": "",
    }  # fmt: skip


def test_links_and_errors_can_be_seen_although_zipkin_has_no_links():
    found = exported(
        a_span(links=[Span.Link(trace_id=TRACE, span_id=OTHER)], status=Status(code=Status.STATUS_CODE_ERROR))
    )

    assert found["tags"] == {"link.0": f"{TRACE.hex()}/{OTHER.hex()}", "error": "true"}


def test_a_message_names_its_destination_as_the_other_side():
    attributes = [KeyValue(key="messaging.destination.name", value=AnyValue(string_value="orders.order.v1"))]
    found = exported(a_span(kind=Span.SPAN_KIND_PRODUCER, attributes=attributes))

    assert found["remoteEndpoint"] == {"serviceName": "orders.order.v1"}
