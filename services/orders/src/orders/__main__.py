"""``python -m orders api | consume | relay | migrate | all | topics``."""

from chassis import run
from orders.main import service

run(service)
