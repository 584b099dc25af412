"""Java programs from Maven repositories, each file known by its SHA-256 before it is run.

``maven.lock`` names every artifact with its digest; nothing is resolved at start, only fetched and compared. Files
live in the user's cache folder under their digest, so checkouts with other versions share it without seeing each other.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_path

from devkit.trouble import Trouble

DOWNLOADS_AT_ONCE = 8

KAFKA = ("org.apache.kafka:kafka_2.13:4.3.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4")
ZIPKIN = ("io.zipkin:zipkin-server:3.6.1:exec",)
PROGRAMS = {"kafka": KAFKA, "zipkin": ZIPKIN}


@dataclass(frozen=True)
class Artifact:
    """One file of a program: ``group:name:version[:classifier]`` and the digest it must have."""

    program: str
    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        _, name, version, *classifier = self.coordinate.split(":")
        return "-".join([name, version, *classifier]) + ".jar"

    @property
    def path(self) -> Path:
        return cache_folder() / self.sha256[:24] / self.file_name


def cache_folder() -> Path:
    return user_cache_path("ganh") / "maven"


def locked(program: str) -> list[Artifact]:
    """The artifacts of a program, as ``maven.lock`` names them."""
    lines = files("devkit.native").joinpath("maven.lock").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [Artifact(name, coordinate, digest) for name, coordinate, digest in rows if name == program]


def class_path(program: str, progress: Callable[[int, int], None] | None = None) -> list[Path]:
    """The program's files, fetched if they are not in the cache. ``progress`` hears (files there, files needed)."""
    artifacts = locked(program)
    missing = [artifact for artifact in artifacts if not artifact.path.exists()]
    if missing:
        cache_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(cache_folder() / f"{program}.lock"):
            missing = [artifact for artifact in artifacts if not artifact.path.exists()]
            _fetch_all(missing, progress or (lambda _there, _needed: None))
    return [artifact.path for artifact in artifacts]


def _fetch_all(missing: list[Artifact], progress: Callable[[int, int], None]) -> None:
    with (
        tempfile.TemporaryDirectory(dir=cache_folder(), prefix="coming-") as staging,
        ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
    ):
        fetched = pool.map(lambda artifact: _fetch(artifact, Path(staging)), missing)
        for count, _ in enumerate(fetched, start=1):
            progress(count, len(missing))


def _fetch(artifact: Artifact, staging: Path) -> None:
    arrived = _download(artifact.coordinate, staging)
    digest = sha256_of(arrived)
    if digest != artifact.sha256:
        raise Trouble(
            f"{artifact.coordinate} has arrived with SHA-256 {digest}, but maven.lock says {artifact.sha256}: "
            "it is not used. Look at your mirror or proxy."
        )
    artifact.path.parent.mkdir(parents=True, exist_ok=True)
    arrived.replace(artifact.path)


def _download(coordinate: str, staging: Path) -> Path:
    from jgo.maven import MavenContext

    group, name, version, *classifier = coordinate.split(":")
    component = MavenContext(repo_cache=staging, timeout=60).project(group, name).at_version(version)
    try:
        return Path(component.artifact(classifier=classifier[0] if classifier else "").resolve())
    except Exception as error:
        raise Trouble(
            f"{coordinate} is not in {cache_folder()} and cannot be fetched ({error}): connect to the network once."
        ) from error


def sha256_of(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def resolve(coordinates: Iterable[str]) -> list[str]:
    """The coordinates a program needs at run time, its dependencies included. Needs the network."""
    from jgo.maven import MavenContext

    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as staging:
        context = MavenContext(repo_cache=Path(staging), timeout=60)
        for root in coordinates:  # one by one: together, one root's version management would rule the other's
            given, needed = context.resolver.resolve([context.create_dependency(root)])
            for dependency in (*given, *needed):
                if dependency.type == "jar":
                    found.setdefault(f"{dependency.groupId}:{dependency.artifactId}", dependency.version)
    return sorted(f"{project}:{version}" for project, version in found.items())


def lock(program: str, coordinates: Iterable[str]) -> list[Artifact]:
    """Resolve anew and take the digests of what arrives today; a person compares the result before committing it."""
    with tempfile.TemporaryDirectory() as staging, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        wanted = resolve(coordinates) if program == "kafka" else list(coordinates)
        arrived = list(pool.map(lambda coordinate: _download(coordinate, Path(staging)), wanted))
        artifacts = [
            Artifact(program, coordinate, sha256_of(path)) for coordinate, path in zip(wanted, arrived, strict=True)
        ]
        for artifact, path in zip(artifacts, arrived, strict=True):
            artifact.path.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, artifact.path)
    return artifacts


def write_lock() -> None:
    """Write ``maven.lock`` anew: ``python -c 'from devkit.native.maven import write_lock; write_lock()'``."""
    artifacts = [artifact for program, roots in PROGRAMS.items() for artifact in lock(program, roots)]
    lines = [f"{artifact.program} {artifact.coordinate} {artifact.sha256}" for artifact in artifacts]
    header = "# program, Maven coordinate, SHA-256; written by devkit.native.maven.write_lock"
    Path(__file__).with_name("maven.lock").write_text("\n".join([header, *lines, ""]))
