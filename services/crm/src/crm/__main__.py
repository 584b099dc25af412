"""``python -m crm api | consume | relay | migrate | all | topics``."""

from chassis import run
from crm.main import service

run(service)
