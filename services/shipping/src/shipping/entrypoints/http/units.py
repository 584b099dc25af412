"""The unit of work of a request, typed for this service."""

from chassis.http import Reading, Transaction
from shipping.adapters.unit_of_work import ShippingUnitOfWork

Uow = Transaction[ShippingUnitOfWork]
Read = Reading[ShippingUnitOfWork]
