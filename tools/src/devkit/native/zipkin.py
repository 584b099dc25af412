"""Zipkin with its UI, in memory: what was traced since it started. The stack runs as well without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devkit.native import maven
from devkit.native.java import command
from devkit.native.ports import LOCALHOST, require_free
from devkit.native.process import Daemon, Running


@dataclass(frozen=True)
class Zipkin:
    """Keeps up to ``spans`` spans; older traces fall out."""

    folder: Path
    port: int
    spans: int = 300_000

    @property
    def daemon(self) -> Daemon:
        return Daemon("zipkin", self.folder.parent / "run")

    @property
    def url(self) -> str:
        return f"http://{LOCALHOST}:{self.port}"

    def fetch(self, progress: Callable[[int, int], None] | None = None) -> None:
        maven.class_path("zipkin", progress)

    def launch(self) -> Running:
        """Start it without waiting: it needs some ten seconds, in which nobody depends on it."""
        require_free(self.port, "Zipkin")
        [jar] = maven.class_path("zipkin")
        self.folder.mkdir(parents=True, exist_ok=True)
        arguments = [
            "-Xmx240m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(jar),
            f"-Darmeria.ports[0].ip={LOCALHOST}", f"-Darmeria.ports[0].port={self.port}",
            "-Darmeria.ports[0].protocols[0]=http", "-Dzipkin.collector.kafka.enabled=false",
            f"-Dzipkin.storage.mem.max-spans={self.spans}", "-Dzipkin.self-tracing.enabled=false",
            "-Dzipkin.storage.autocomplete-keys=order.code",
            "org.springframework.boot.loader.launch.JarLauncher",
        ]  # fmt: skip
        return self.daemon.start(command(self.folder / "zipkin.java", arguments), cwd=self.folder)
