"""The service's paths, as the gateway offers them below ``/api``."""

from accounting.entrypoints.http import books, cod, payments, refunds, statements

routers = [payments.router, refunds.router, statements.router, cod.router, books.router]

__all__ = ["routers"]
