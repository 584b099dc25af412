"""``python -m inventory api | consume | relay | migrate | all | topics``."""

from chassis import run
from inventory.main import service

run(service)
