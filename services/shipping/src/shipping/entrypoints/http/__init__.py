"""Shipping's paths, as the gateway offers them below ``/api``."""
