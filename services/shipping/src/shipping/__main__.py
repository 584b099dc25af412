"""``python -m shipping api | consume | relay | migrate | all | topics``."""

from chassis import run
from shipping.main import service

run(service)
