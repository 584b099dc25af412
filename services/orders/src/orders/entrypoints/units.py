"""The unit of work of a request, typed for this service."""

from chassis.http import Reading, Transaction
from orders.adapters.unit_of_work import OrdersUnitOfWork

Uow = Transaction[OrdersUnitOfWork]
Read = Reading[OrdersUnitOfWork]
