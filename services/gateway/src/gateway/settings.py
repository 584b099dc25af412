"""What the edge is told from outside."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field, SecretStr

from chassis import ServiceSettings


class GatewaySettings(ServiceSettings, env_prefix="GATEWAY_"):
    """Environment variables ``GATEWAY_*``. Lists and maps are written as JSON."""

    services: dict[str, str] = Field(default_factory=dict)
    """Name -> address of each service, ``{"orders": "http://127.0.0.1:8100"}``. Who first declares a path has it."""
    poll_seconds: float = Field(default=3.0, gt=0)
    """How often each service is asked for its routes, which also shows that it answers."""

    signing_keys_file: Path | None = None
    """The private key set (JSON), first key signs; ``python -m gateway.rotate_keys`` makes and rotates it."""
    access_minutes: int = Field(default=10, ge=1, le=60)
    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    """How long a login lasts without being used; each refresh begins it anew."""

    admin_login: str = "admin"
    admin_password: SecretStr | None = None
    admin_password_file: Path | None = None
    """The first administrator, made if there is none. Without a password none is made."""

    argon2_time_cost: int = Field(default=3, ge=1)
    argon2_memory_kib: int = Field(default=65536, ge=8)
    argon2_parallelism: int = Field(default=2, ge=1)

    calls_per_second: float = Field(default=500, gt=0)
    """Calls one login or key may make, on average; bursts up to ten seconds' worth."""
    guest_calls_per_second: float = Field(default=20, gt=0)
    """Calls without a login, by address."""

    requests_at_once: int = Field(default=512, ge=1)
    """More than one service's ``calls_at_once`` with as many behind them: a slow one leaves places for the others."""
    largest_body: int = Field(default=10 * 1024 * 1024, ge=1)
    """Bytes of a body that is passed on; the services have limits of their own."""
    connect_timeout: float = Field(default=1.0, gt=0)
    answer_timeout: float = Field(default=30.0, gt=0)
    """Seconds a service may be silent before the caller is told so."""
    calls_at_once: int = Field(default=64, ge=1)
    """Calls to one service at a time, per gateway process; more wait for a moment, then are refused."""

    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks whose ``X-Forwarded-For`` names the caller."""
    cors_origins: tuple[str, ...] = ()
    """Sites whose pages may call us from a browser; by default none but our own."""
    public_url: str = "/"
    """The address under which callers reach us, for the OpenAPI document."""

    def first_password(self) -> str | None:
        """The first administrator's password, from the file if one is named."""
        if self.admin_password_file is not None:
            return self.admin_password_file.read_text(encoding="utf-8").strip() or None
        return self.admin_password.get_secret_value() if self.admin_password is not None else None
