"""Shipping's own database, behind the collections the use cases ask for."""
