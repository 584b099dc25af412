"""``python -m gateway api | consume | relay | migrate | all | topics``"""

from chassis import run
from gateway.main import service

run(service)
