"""The unit of work of a request, typed for this service."""

from chassis.http import Reading, Transaction
from gateway.adapters.unit_of_work import GatewayUnitOfWork

Uow = Transaction[GatewayUnitOfWork]
Read = Reading[GatewayUnitOfWork]
