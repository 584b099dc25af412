"""Shipping: which carrier takes a parcel, when it is theirs, and what becomes of it on the road."""
