"""``python -m accounting api | consume | relay | migrate | all | topics``."""

from accounting.main import service
from chassis import run

run(service)
