"""The transactions of this service's routes."""

from typing import Annotated

from fastapi import Depends

from accounting.adapters.unit_of_work import AccountingUnitOfWork
from chassis.http import reading, transaction

Uow = Annotated[AccountingUnitOfWork, Depends(transaction, scope="function")]
Read = Annotated[AccountingUnitOfWork, Depends(reading)]
