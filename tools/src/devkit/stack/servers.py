"""The servers of a stack, as its plan says them."""

from __future__ import annotations

from dataclasses import dataclass

from devkit.native.kafka import ADMIN, Kafka
from devkit.native.kafka_admin import KafkaAdmin
from devkit.native.postgres import Postgres
from devkit.native.zipkin import Zipkin
from devkit.stack.home import Home


@dataclass(frozen=True)
class Servers:
    home: Home

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.home.folder / "postgres", self.home.ports.postgres, self.home.secret("postgres admin"))

    @property
    def kafka(self) -> Kafka:
        brokers = self.home.plan.brokers
        return Kafka(
            self.home.folder / "kafka",
            self.home.ports.kafka(brokers),
            self.home.ports.controllers(brokers),
            self.home.secret("kafka admin"),
        )

    @property
    def zipkin(self) -> Zipkin:
        return Zipkin(self.home.folder / "zipkin", self.home.ports.zipkin)

    @property
    def admin(self) -> KafkaAdmin:
        kafka = self.kafka
        return KafkaAdmin(kafka.bootstrap, ADMIN, kafka.password, kafka.replication)

    @property
    def otlp_endpoint(self) -> str:
        return f"http://127.0.0.1:{self.home.ports.otlp}"
