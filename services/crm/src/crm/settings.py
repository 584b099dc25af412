"""What the environment tells this service (``CRM_*``)."""

from chassis import ServiceSettings


class CrmSettings(ServiceSettings, env_prefix="CRM_"):
    """Nothing of its own."""
