"""The unit of work of a request, typed for this service."""

from typing import Annotated

from fastapi import Depends

from chassis.http import reading, transaction
from shipping.adapters.unit_of_work import ShippingUnitOfWork

Uow = Annotated[ShippingUnitOfWork, Depends(transaction, scope="function")]
Read = Annotated[ShippingUnitOfWork, Depends(reading)]
