"""Binds the desk's repositories to the chassis' transaction."""

from functools import cached_property

from chassis import UnitOfWork
from orders.adapters.addresses import SqlAddresses
from orders.adapters.call_queue import SqlCallQueue
from orders.adapters.imports import SqlImports
from orders.adapters.orders import SqlOrders
from orders.adapters.progress import SqlProgress
from orders.adapters.replacements import SqlReplacements
from orders.adapters.story import SqlStory
from orders.adapters.unpaid import SqlUnpaid


class OrdersUnitOfWork(UnitOfWork):
    @cached_property
    def orders(self) -> SqlOrders:
        return SqlOrders(self.connection, self.progress)

    @cached_property
    def call_queue(self) -> SqlCallQueue:
        return SqlCallQueue(self.connection)

    @cached_property
    def addresses(self) -> SqlAddresses:
        return SqlAddresses(self.connection)

    @cached_property
    def progress(self) -> SqlProgress:
        return SqlProgress(self.connection, self.now)

    @cached_property
    def replacements(self) -> SqlReplacements:
        return SqlReplacements(self.connection)

    @cached_property
    def unpaid(self) -> SqlUnpaid:
        return SqlUnpaid(self.connection)

    @cached_property
    def imports(self) -> SqlImports:
        return SqlImports(self.connection)

    @cached_property
    def story(self) -> SqlStory:
        return SqlStory(self.connection)
