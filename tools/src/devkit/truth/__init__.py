"""The truth about a stack that has fallen quiet, read from where nothing can be glossed over.

Databases are read with each service's own login, topics from offset 0 with the administrator's; no service is asked
anything. So it holds for a stack whose services are down, too, as long as PostgreSQL and Kafka answer::

    history = History()
    request = history.invoke("http", source="chaos-1", mark=external_id)
    ...                                   # then request.ok(order_id), request.fail(why) or request.unknown(why)
    await until_quiet(stack.home, patience=120)
    for verdict in await verdicts(stack.home, history):
        assert verdict.holds, verdict

A :class:`History` says what was asked of the stack and answered. Without requests (``History()``) everything but the
intake is checked. ``put_back`` names services whose database was put back to an older copy meanwhile.
"""

from devkit.truth.history import History, Outcome, Request
from devkit.truth.judge import CHECKS, verdicts
from devkit.truth.quiet import StillMoving, until_quiet
from devkit.verdict import Verdict

__all__ = ["CHECKS", "History", "Outcome", "Request", "StillMoving", "Verdict", "until_quiet", "verdicts"]
