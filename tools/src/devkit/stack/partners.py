"""A partner's door: its own pair of topics, a login that may use just them, and a limit on how much.

The name of the topic is the partner's identity, so no two share one. What is public may be read at every door.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import contracts
from devkit.native.kafka_admin import KafkaAdmin, Rights, Topic
from devkit.native.quotas import set_quota
from devkit.stack.access import all_topics
from devkit.stack.home import Home, write_private
from devkit.stack.servers import Servers
from devkit.trouble import Trouble

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
DOORS = {"orders": "orders.intake", "scans": "shipping.carrier-scan"}
"""What a door takes in -> its contracts' topic, without version."""
RESULT = "-result"


@dataclass(frozen=True)
class Partner:
    """Everything a partner is told."""

    name: str
    door: str
    writes: str
    reads: str
    public: list[str]
    group_prefix: str
    bootstrap: str
    login: str
    password: str
    mechanism: str = "SCRAM-SHA-256"
    security: str = "SASL_PLAINTEXT"
    bytes_per_second: int = 1_000_000


def add_partner(home: Home, name: str, door: str, bytes_per_second: int) -> Partner:
    """Open the door, or find it open; the password stays the same."""
    if not NAME.fullmatch(name):
        raise Trouble(f"{name!r} cannot be a partner's name: small letters, digits and hyphens, at most 40.")
    servers = Servers(home)
    written, answered = door_topics(door)
    login = f"partner-{name}"
    partner = Partner(
        name, door, f"{written.topic}.{name}", f"{answered.topic}.{name}", public_topics(), f"partner.{name}.",
        servers.kafka.bootstrap, login, home.secret(f"kafka {login}"), bytes_per_second=bytes_per_second,
    )  # fmt: skip
    open_door(servers.admin, partner, [*(known for known in partners(home) if known.name == name), partner], home.run)
    folder = home.folder / "partners"
    folder.mkdir(exist_ok=True)
    write_private(folder / f"{name}.{door}.json", json.dumps(asdict(partner), indent=1))
    return partner


def open_door(admin: KafkaAdmin, partner: Partner, doors: list[Partner], scratch: Path) -> None:
    """A partner with several doors keeps the rights of all of them."""
    written, answered = door_topics(partner.door)
    admin.create_topics([Topic(partner.writes, written.partitions), Topic(partner.reads, answered.partitions)])
    admin.set_logins({partner.login: partner.password})
    rights = Rights(
        partner.login,
        writes=frozenset(door.writes for door in doors),
        reads=frozenset(door.reads for door in doors) | frozenset(partner.public),
        groups=frozenset({f"{partner.group_prefix}*"}),
    )
    admin.set_rights([rights])
    set_quota(admin, partner.login, bytes_per_second=partner.bytes_per_second, scratch=scratch)


def remove_partner(home: Home, name: str) -> None:
    """Close all doors of a partner: its login may do nothing any more. What it sent and was answered stays."""
    known = [partner for partner in partners(home) if partner.name == name]
    if not known:
        raise Trouble(f"There is no partner {name!r}: `./dev partner list` names all.")
    admin = Servers(home).admin
    admin.set_rights([Rights(known[0].login)])
    admin.remove_logins([known[0].login])
    for partner in known:
        (home.folder / "partners" / f"{name}.{partner.door}.json").unlink()


def partners(home: Home) -> list[Partner]:
    """All doors that are open."""
    files = sorted((home.folder / "partners").glob("*.json"))
    return [Partner(**json.loads(file.read_text())) for file in files]


def door_topics(door: str) -> tuple[type[contracts.Event], type[contracts.Event]]:
    """The contracts of what is handed in and of the answer."""
    if door not in DOORS:
        raise Trouble(f"There is no door for {door!r}: there are doors for {', '.join(DOORS)}.")
    all_topics()  # imports every contract
    doors = {family.topic: family for family in contracts.families() if family.visibility is contracts.Visibility.DOOR}
    [written] = [topic for topic in doors if topic.rpartition(".v")[0] == DOORS[door]]
    stem, _, major = written.rpartition(".v")
    return doors[written], doors[f"{stem}{RESULT}.v{major}"]


def public_topics() -> list[str]:
    all_topics()
    return [family.topic for family in contracts.families() if family.visibility is contracts.Visibility.PUBLIC]
