"""What the environment tells this service (``SHIPPING_*``)."""

from chassis import ServiceSettings


class ShippingSettings(ServiceSettings, env_prefix="SHIPPING_"):
    """Nothing of its own: thresholds of the business are business settings."""
