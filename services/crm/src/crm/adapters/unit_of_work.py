"""Binds crm's collections to the chassis' transaction."""

from functools import cached_property

from chassis import UnitOfWork
from crm.adapters.customers import SqlCustomers
from crm.adapters.orders import SqlCustomerOrders


class CrmUnitOfWork(UnitOfWork):
    @cached_property
    def customers(self) -> SqlCustomers:
        return SqlCustomers(self.connection)

    @cached_property
    def customer_orders(self) -> SqlCustomerOrders:
        return SqlCustomerOrders(self.connection)
