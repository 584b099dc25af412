"""What the environment tells the order desk (``ORDERS_*``)."""

from chassis import ServiceSettings


class OrdersSettings(ServiceSettings, env_prefix="ORDERS_"):
    """Nothing of its own: every threshold of the business is a business setting."""
