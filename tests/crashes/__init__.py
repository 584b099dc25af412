"""Sudden death at the points that the chassis names (``chassis.hooks``): SIGKILL, as if the power had failed.

``python -m crashes POINT[:N] -- orders consume`` (with ``tests`` on the path) runs a role that dies when it comes to
the point for the N-th time. Tests start whole stacks instead, whose processes look into a folder for what they shall
die of (:class:`crashes.traps.Traps`). Nothing of the product knows of it.
"""
