"""``python -m specimen api | consume | relay | migrate | all | topics``."""

from chassis import run
from specimen.main import service

run(service)
