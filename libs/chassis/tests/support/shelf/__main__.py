from chassis import run
from shelf.main import service

run(service)
