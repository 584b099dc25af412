"""Ganh on one machine: the servers, the services and whoever keeps them alive."""
