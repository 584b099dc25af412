"""How much a login may send and fetch. Only Kafka's own tool can set it: no Python client speaks that request."""

from __future__ import annotations

import subprocess
from pathlib import Path

from devkit.native import maven
from devkit.native.java import command
from devkit.native.kafka_admin import KafkaAdmin
from devkit.trouble import Trouble


def set_quota(admin: KafkaAdmin, login: str, *, bytes_per_second: int, scratch: Path) -> None:
    """A login that sends or fetches more is slowed down. ``scratch`` briefly holds two files."""
    client = scratch / "quota.properties"
    arguments_file = scratch / "quota.java"
    client.touch(mode=0o600)
    client.write_text(
        "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-256\n"
        "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
        f'username="{admin.username}" password="{admin.password}";\n'
    )
    limits = f"producer_byte_rate={bytes_per_second},consumer_byte_rate={bytes_per_second}"
    jars = ":".join(map(str, maven.class_path("kafka")))
    arguments = [
        "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", jars, "kafka.admin.ConfigCommand",
        "--bootstrap-server", admin.bootstrap, "--command-config", str(client), "--alter", "--add-config", limits,
        "--entity-type", "users", "--entity-name", login,
    ]  # fmt: skip
    try:
        done = subprocess.run(command(arguments_file, arguments), capture_output=True, text=True, check=False)
    finally:
        client.unlink()
        arguments_file.unlink(missing_ok=True)
    if done.returncode:
        raise Trouble(f"Kafka refuses the quota of {login}: {(done.stderr or done.stdout).strip()[-300:]}")
