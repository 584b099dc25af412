"""What each service is told: its settings as environment variables, in a file only we can read."""

from __future__ import annotations

import json
import os

from devkit.stack.home import write_private
from devkit.stack.servers import Servers
from devkit.workspace import GATEWAY

KEEP = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


def settings_of(service: str, servers: Servers) -> dict[str, str]:
    """The variables of one service, without what it inherits from us."""
    home = servers.home
    ports = home.ports
    given = {
        "database_url": f"postgresql://{service}:{home.secret(f'database {service}')}"
        f"@{servers.postgres.host}:{ports.postgres}/{service}",
        "kafka_bootstrap": servers.kafka.bootstrap,
        "kafka_username": service,
        "kafka_password": home.secret(f"kafka {service}"),
        "kafka_security": "sasl_plaintext",
        "http_host": "127.0.0.1",
        "http_port": str(ports.api(service)),
        "consume_port": str(ports.consume(service)),
        "relay_port": str(ports.relay(service)),
        "trusted_keys_file": str(home.keys / "trusted.json"),
        "trace_ratio": os.environ.get("GANH_TRACE_RATIO", "1.0"),
        "log_level": os.environ.get("GANH_LOG_LEVEL", "INFO"),
    }
    if clock := os.environ.get("GANH_CLOCK_FILE"):  # the testing kit moves the business time of a whole stack
        given["clock_file"] = clock
    if home.plan.zipkin:
        given["otlp_endpoint"] = servers.otlp_endpoint
    if service == GATEWAY:
        others = [name for name in home.plan.services if name != GATEWAY]
        given["services"] = json.dumps({name: f"http://127.0.0.1:{ports.api(name)}" for name in others})
        given["signing_keys_file"] = str(home.keys / "signing.json")
        given["admin_password_file"] = str(home.keys / "admin-password")
    return {f"{service.upper().replace('-', '_')}_{name.upper()}": value for name, value in given.items()}


def environment_of(service: str, servers: Servers) -> dict[str, str]:
    """All variables its process starts with; also left in ``env/<service>.env`` for a person to source."""
    own = settings_of(service, servers)
    lines = "".join(f"{name}='{value}'\n" for name, value in own.items())
    write_private(servers.home.env / f"{service}.env", lines)
    return {name: os.environ[name] for name in KEEP if name in os.environ} | own
