"""The table of who answers what is made of the services' own documents."""

from typing import Any

from gateway.application.routing import Route, RoutingTable, routes_of


def a_document(*operations: tuple[str, str, str | None]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for method, template, permission in operations:
        operation = {"x-permission": permission} if permission else {}
        paths.setdefault(template, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "paths": paths}


ORDERS = a_document(
    ("GET", "/orders", "orders:read"),
    ("POST", "/orders", "orders:write"),
    ("GET", "/orders/{id}", "orders:read"),
    ("GET", "/orders/waiting", "orders:read"),
    ("POST", "/orders/{order_id}/cancel", "orders:write"),
)


def test_a_call_finds_its_service_and_permission() -> None:
    found = RoutingTable({"orders": ORDERS}).find("POST", "/orders/42/cancel")
    assert found.route == Route("orders", "POST", "/orders/{order_id}/cancel", "orders:write")


def test_a_fixed_step_wins_over_a_variable_one() -> None:
    table = RoutingTable({"orders": ORDERS})
    waiting, one = table.find("GET", "/orders/waiting").route, table.find("GET", "/orders/42").route
    assert (waiting and waiting.template, one and one.template) == ("/orders/waiting", "/orders/{id}")


def test_a_fixed_step_that_leads_nowhere_gives_way_to_a_variable_one() -> None:
    found = RoutingTable({"orders": ORDERS}).find("POST", "/orders/waiting/cancel")
    assert found.route is not None


def test_an_unknown_path_has_no_methods_and_a_known_one_names_them() -> None:
    table = RoutingTable({"orders": ORDERS})
    assert table.find("GET", "/nowhere").methods == ()
    assert table.find("GET", "/orders/42/43/44").methods == ()
    assert table.find("DELETE", "/orders").methods == ("GET", "POST")


def test_a_variable_step_is_never_empty() -> None:
    assert RoutingTable({"orders": ORDERS}).find("GET", "/orders/").route is None


def test_head_goes_where_get_goes() -> None:
    route = RoutingTable({"orders": ORDERS}).find("HEAD", "/orders").route
    assert route is not None
    assert route.permission == "orders:read"


def test_an_operation_that_declares_no_permission_is_not_served() -> None:
    assert list(routes_of("orders", a_document(("GET", "/orders", None)))) == []


def test_the_platforms_own_paths_cannot_be_taken_over() -> None:
    taken = a_document(("POST", "/auth/token", "public"), ("GET", "/users", "public"), ("GET", "/settings", "public"))
    assert list(routes_of("orders", taken)) == []


def test_of_two_services_with_one_path_the_first_serves_it_and_the_other_is_named() -> None:
    table = RoutingTable({"orders": ORDERS, "crm": a_document(("GET", "/orders/{x}", "customers:read"))})
    route = table.find("GET", "/orders/42").route
    assert route is not None
    assert route.service == "orders"
    assert [(each.route.service, each.served_by) for each in table.conflicts] == [("crm", "orders")]
