"""Binds the books to the chassis' transaction."""

from functools import cached_property

from accounting.adapters.customers_money import SqlCorrections, SqlPayments, SqlRefunds
from accounting.adapters.journal import SqlJournal
from accounting.adapters.orders import SqlOrders
from accounting.adapters.shipments import SqlShipments
from accounting.adapters.statements import SqlStatements
from chassis import UnitOfWork


class AccountingUnitOfWork(UnitOfWork):
    @cached_property
    def journal(self) -> SqlJournal:
        return SqlJournal(self.connection, today=self.today, now=self.now, actor=str(self.actor), new_id=self.new_id)

    @cached_property
    def orders(self) -> SqlOrders:
        return SqlOrders(self.connection, self.now)

    @cached_property
    def shipments(self) -> SqlShipments:
        return SqlShipments(self.connection, self.now)

    @cached_property
    def payments(self) -> SqlPayments:
        return SqlPayments(self.connection)

    @cached_property
    def refunds(self) -> SqlRefunds:
        return SqlRefunds(self.connection)

    @cached_property
    def corrections(self) -> SqlCorrections:
        return SqlCorrections(self.connection)

    @cached_property
    def statements(self) -> SqlStatements:
        return SqlStatements(self.connection, self.now)
