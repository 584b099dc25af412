"""What the environment tells this service (``SPECIMEN_*``)."""

from chassis import ServiceSettings


class SpecimenSettings(ServiceSettings, env_prefix="SPECIMEN_"):
    """Nothing of its own yet."""
