"""What the environment tells this service (``ACCOUNTING_*``)."""

from chassis import ServiceSettings


class AccountingSettings(ServiceSettings, env_prefix="ACCOUNTING_"):
    """Nothing of its own."""
