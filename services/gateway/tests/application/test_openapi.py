"""The merged document: callers see one product, at the addresses they use."""

from typing import Any

from chassis.http.answers import components
from chassis.testing import dangling
from gateway.application.openapi import merged
from gateway.application.routing import RoutingTable

VIEW = {"$ref": "#/components/schemas/View"}


def a_service(path: str, permission: str = "orders:read") -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "tags": [{"name": "desk", "description": "the desk"}],
        "paths": {
            path: {
                "get": {
                    "x-permission": permission,
                    "tags": ["desk"],
                    "operationId": "list",
                    "security": [{"service": []}],
                    "responses": {"200": {"content": {"application/json": {"schema": VIEW}}}},
                },
                "post": {"operationId": "hidden", "responses": {}},
            }
        },
        "components": {
            "schemas": {
                "View": {
                    "type": "object",
                    "properties": {"line": {"$ref": "#/components/schemas/Line"}},
                    "discriminator": {"propertyName": "kind", "mapping": {"line": "#/components/schemas/Line"}},
                },
                "Line": {"type": "object"},
            },
            "securitySchemes": {"service": {"type": "http", "scheme": "bearer"}},
        },
    }


OWN = {
    "info": {"version": "1.0.0"},
    "components": {"responses": components(), "schemas": {"Problem": {"type": "object"}}},
    "paths": {"/api/me": {"get": {"x-permission": "signed-in"}}, "/health/live": {"get": {}}},
}


def the_document(**services: dict[str, Any]) -> dict[str, Any]:
    return merged(OWN, services, RoutingTable(services), "https://shop.example")


def test_two_services_may_use_the_same_names() -> None:
    document = the_document(orders=a_service("/orders"), crm=a_service("/crm/customers"))
    assert {"orders.View", "crm.View", "orders.Line", "crm.Line"} <= set(document["components"]["schemas"])
    assert dangling(document) == []
    schema = document["components"]["schemas"]["crm.View"]
    assert schema["properties"]["line"] == {"$ref": "#/components/schemas/crm.Line"}
    assert schema["discriminator"]["mapping"] == {"line": "#/components/schemas/crm.Line"}


def test_paths_are_those_callers_use_and_only_what_is_served_is_shown() -> None:
    document = the_document(orders=a_service("/orders"))
    assert set(document["paths"]) == {"/api/orders", "/api/me"}
    assert set(document["paths"]["/api/orders"]) == {"get"}


def test_operations_keep_their_permission_and_get_names_of_their_own() -> None:
    operation = the_document(orders=a_service("/orders"))["paths"]["/api/orders"]["get"]
    assert operation["x-permission"] == "orders:read"
    assert operation["operationId"] == "orders.list"
    assert "security" not in operation


def test_callers_sign_in_at_the_gateway_whatever_services_say() -> None:
    document = the_document(orders=a_service("/orders"))
    assert set(document["components"]["securitySchemes"]) == {"token", "password", "key"}
    assert document["servers"] == [{"url": "https://shop.example"}]
    assert {"name": "desk", "description": "the desk"} in document["tags"]


def test_the_edge_adds_what_it_may_answer_in_a_services_place() -> None:
    document = the_document(orders=a_service("/orders"))
    assert document["paths"]["/api/orders"]["get"]["responses"].keys() == {"200", "400", "429", "502", "504"}
    assert document["paths"]["/api/me"]["get"]["responses"].keys() == {"400", "429"}
    assert dangling(document) == []


def test_a_public_operation_says_that_it_needs_nobody() -> None:
    document = the_document(orders=a_service("/orders", "public"))
    assert document["paths"]["/api/orders"]["get"]["security"] == []
