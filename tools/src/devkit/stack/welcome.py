"""The table a person sees when all is up: where things are, who may log in, what to try."""

from __future__ import annotations

from rich.table import Table

from devkit.shop import is_loaded
from devkit.shop import logins as people
from devkit.stack.home import Home
from devkit.steps import console


def welcome(home: Home) -> None:
    """Print it."""
    places = Table(title="Where", title_justify="left", show_header=False, box=None, pad_edge=False)
    for name, where in _places(home):
        places.add_row(f"[bold]{name}[/]", where)
    console.print()
    console.print(places)
    if "gateway" in home.plan.services:
        _print_logins(home)
    console.print(
        "\n[bold]Try[/] ./dev demo · ./dev status · ./dev logs orders -f · ./dev trace ORDER · ./dev partner add NAME",
        soft_wrap=True,
    )


def _print_logins(home: Home) -> None:
    table = Table(title="Logins", title_justify="left", box=None, pad_edge=False)
    table.add_column("user", style="bold")
    table.add_column("password")
    table.add_column("is")
    for user, password, description in _logins(home):
        table.add_row(user, password, description)
    console.print(table)


def _places(home: Home) -> list[tuple[str, str]]:
    places = [
        ("API", f"{home.gateway_url}/api/docs"),
        ("OpenAPI", f"{home.gateway_url}/api/openapi.json"),
    ]
    if home.plan.zipkin:
        places.append(("Traces", f"http://127.0.0.1:{home.ports.zipkin}/zipkin/"))
    return [
        *places,
        ("PostgreSQL", f"127.0.0.1:{home.ports.postgres} (logins in {home.env}/*.env)"),
        ("Kafka", ", ".join(f"127.0.0.1:{port}" for port in home.ports.kafka(home.plan.brokers))),
        ("Logs", str(home.run)),
    ]


def _logins(home: Home) -> list[tuple[str, str, str]]:
    logins = [("admin", home.secret("user admin"), "administrator")]
    return logins + people(home) if is_loaded(home) else logins
