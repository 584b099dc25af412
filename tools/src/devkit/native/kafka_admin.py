"""The administrator's part of Kafka: topics, logins, and who may do what. Clients never create any of it.

Every call states how things shall be and returns when the cluster answers so: an idempotent producer that starts
before its right to write has spread fails for good.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from devkit.trouble import Trouble

PATIENCE = 60.0
_NO_ANSWER = (KafkaError._TIMED_OUT, KafkaError._TRANSPORT)  # noqa: SLF001 - the client's names for its own errors
FOURTEEN_DAYS = 14 * 24 * 3600 * 1000


@dataclass(frozen=True)
class Topic:
    """A topic as it shall be. Compacted ones keep the last record per key, the others 14 days of all."""

    name: str
    partitions: int = 12
    compacted: bool = False

    def config(self, replication: int) -> dict[str, str]:
        kept = (
            # Copies must see the newest state, not each step: compaction may lag, deletions stay a day to be seen.
            {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "0.1", "delete.retention.ms": "86400000"}
            if self.compacted
            else {"cleanup.policy": "delete", "retention.ms": str(FOURTEEN_DAYS)}
        )
        return kept | {"min.insync.replicas": str(max(1, replication - 1))}


@dataclass(frozen=True)
class Rights:
    """What one login may do. A name that ends in ``*`` stands for all that begin so."""

    login: str
    writes: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def bindings(self) -> set[AclBinding]:
        found = set()
        for names, kind, operations in (
            (self.writes, ResourceType.TOPIC, (AclOperation.WRITE, AclOperation.DESCRIBE)),
            (self.reads, ResourceType.TOPIC, (AclOperation.READ, AclOperation.DESCRIBE)),
            (self.groups, ResourceType.GROUP, (AclOperation.READ, AclOperation.DESCRIBE)),
        ):
            for name in names:
                pattern = ResourcePatternType.PREFIXED if name.endswith("*") else ResourcePatternType.LITERAL
                found |= {
                    AclBinding(
                        kind, name.removesuffix("*"), pattern, f"User:{self.login}", "*", operation,
                        AclPermissionType.ALLOW,
                    )
                    for operation in operations
                }  # fmt: skip
        return found


@dataclass(frozen=True)
class KafkaAdmin:
    """``client`` settings are librdkafka's; ``replication`` is how many copies a topic gets."""

    bootstrap: str
    username: str
    password: str
    replication: int = 1
    _client: list[AdminClient] = field(default_factory=list, compare=False, repr=False)

    @property
    def client(self) -> AdminClient:
        if not self._client:
            self._client.append(AdminClient(login(self.bootstrap, self.username, self.password)))
        return self._client[0]

    def create_topics(self, topics: Iterable[Topic]) -> list[str]:
        """Make what is missing and give back its names. An existing topic gets the settings, never new partitions."""
        wanted = {topic.name: topic for topic in topics}
        there = self._known_topics()
        missing = [topic for name, topic in sorted(wanted.items()) if name not in there]
        self._configure([topic for name, topic in sorted(wanted.items()) if name in there])
        if missing:
            made = [
                NewTopic(topic.name, topic.partitions, self.replication, config=topic.config(self.replication))
                for topic in missing
            ]
            _finish(self.client.create_topics(made), ignore=KafkaError.TOPIC_ALREADY_EXISTS)
            self._await(lambda: {topic.name for topic in missing} <= self._led_topics(), "the new topics")
        return [topic.name for topic in missing]

    def _known_topics(self) -> Collection[str]:
        """Asked again when it is not answered in time: the broker that was asked may just have died."""
        for _ in range(2):
            try:
                return self.client.list_topics(timeout=PATIENCE / 3).topics.keys()
            except KafkaException as silence:
                if silence.args[0].code() not in _NO_ANSWER:
                    raise
        return self.client.list_topics(timeout=PATIENCE).topics.keys()

    def delete_topics(self, names: Iterable[str]) -> None:
        if wanted := list(names):
            _finish(self.client.delete_topics(wanted), ignore=KafkaError.UNKNOWN_TOPIC_OR_PART)

    def set_logins(self, passwords: Mapping[str, str]) -> None:
        """Each login has this password from now on."""
        if not passwords:
            return
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096)
        changes: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(name, info, password.encode()) for name, password in passwords.items()
        ]
        _finish(self.client.alter_user_scram_credentials(changes))
        for name, password in passwords.items():
            self._await(partial(self._lets_in, name, password), f"the login {name}")

    def remove_logins(self, names: Iterable[str]) -> None:
        """Nobody gets in with these any more."""
        deletions: list[UserScramCredentialAlteration] = [
            UserScramCredentialDeletion(name, ScramMechanism.SCRAM_SHA_256) for name in names
        ]
        _finish(self.client.alter_user_scram_credentials(deletions), ignore=KafkaError.RESOURCE_NOT_FOUND)

    def set_rights(self, rights: Iterable[Rights]) -> None:
        """Each login may do exactly this: what is missing is added, what is too much is taken away."""
        for one in rights:
            wanted, held = one.bindings(), self._held(one.login)
            if surplus := held - wanted:
                _finish(self.client.delete_acls([_exactly(binding) for binding in surplus]))
            if missing := wanted - held:
                _finish(self.client.create_acls(list(missing)))
            self._await(partial(self._holds_exactly, one.login, wanted), f"the rights of {one.login}")

    def wake_coordinator(self) -> None:
        """Let the offsets topic be made now: the first consumer of a new cluster would wait for it unready."""
        settings = login(self.bootstrap, self.username, self.password) | {"group.id": "admin.wake"}
        consumer = Consumer(settings)

        def awake() -> bool:
            try:
                consumer.committed([TopicPartition("__consumer_offsets", 0)], timeout=5)
            except KafkaException:
                return False
            return True

        try:
            self._await(awake, "the group coordinator")
        finally:
            consumer.close()

    def _configure(self, topics: list[Topic]) -> None:
        resources = [
            ConfigResource(
                ResourceType.TOPIC, topic.name,
                incremental_configs=[
                    ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                    for name, value in topic.config(self.replication).items()
                ],
            )
            for topic in topics
        ]  # fmt: skip
        if resources:
            _finish(self.client.incremental_alter_configs(resources))

    def leader_of(self, topic: str, partition: int) -> int:
        """The broker that leads a partition; -1 while none does."""
        found = self.client.list_topics(topic, PATIENCE).topics[topic].partitions[partition]
        return int(found.leader)

    async def coordinator_of(self, group: str) -> int:
        """The broker that coordinates a consumer group. Asked with aiokafka: librdkafka's own question ends the process
        with a failed assertion where the coordinator dies meanwhile."""
        asking = AIOKafkaAdminClient(
            bootstrap_servers=self.bootstrap, security_protocol="SASL_PLAINTEXT", sasl_mechanism="SCRAM-SHA-256",
            sasl_plain_username=self.username, sasl_plain_password=self.password,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE):
                await asking.start()
                return int(await asking.find_coordinator(group))
        finally:
            await asking.close()

    def _led_topics(self) -> set[str]:
        topics = self.client.list_topics(timeout=PATIENCE).topics
        return {
            name
            for name, topic in topics.items()
            if topic.partitions and all(partition.leader >= 0 for partition in topic.partitions.values())
        }

    def _held(self, login_name: str) -> set[AclBinding]:
        anything: Any = None  # the filter takes it for a name, its types do not say so
        every = AclBindingFilter(
            ResourceType.ANY, anything, ResourcePatternType.ANY, f"User:{login_name}", anything, AclOperation.ANY,
            AclPermissionType.ANY,
        )  # fmt: skip
        return set(self.client.describe_acls(every, request_timeout=PATIENCE).result())

    def _holds_exactly(self, login_name: str, wanted: set[AclBinding]) -> bool:
        return self._held(login_name) == wanted

    def _lets_in(self, name: str, password: str) -> bool:
        try:
            AdminClient(login(self.bootstrap, name, password)).list_topics(timeout=3)
        except KafkaException:
            return False
        return True

    def _await(self, there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not there():
            if time.monotonic() > deadline:
                raise Trouble(f"Kafka still lacks {what} after {PATIENCE:.0f} s: look at `./dev logs kafka-1`.")
            time.sleep(0.05)


def login(bootstrap: str, username: str, password: str) -> dict[str, Any]:
    """librdkafka settings of a client with this login."""
    return {
        "bootstrap.servers": bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": username,
        "sasl.password": password,
        "log_level": 0,
    }


def _exactly(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype, binding.name, binding.resource_pattern_type, binding.principal, binding.host,
        binding.operation, binding.permission_type,
    )  # fmt: skip


def _finish(answers: Any, ignore: int | None = None) -> None:
    futures: list[Future[Any]] = list(answers.values()) if isinstance(answers, dict) else [answers]
    for future in futures:
        try:
            future.result(PATIENCE)
        except KafkaException as error:
            if ignore is None or error.args[0].code() != ignore:
                raise
