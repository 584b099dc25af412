"""The transactions of this service's routes."""

from accounting.adapters.unit_of_work import AccountingUnitOfWork
from chassis.http import Reading, Transaction

Uow = Transaction[AccountingUnitOfWork]
Read = Reading[AccountingUnitOfWork]
