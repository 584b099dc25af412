"""What the environment tells this service (``INVENTORY_*``), and the thresholds people may change."""

from chassis import ServiceSettings


class InventorySettings(ServiceSettings, env_prefix="INVENTORY_"):
    """Nothing of its own: servers and logins only."""
