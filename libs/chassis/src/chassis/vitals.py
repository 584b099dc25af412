"""How a process is, for ``/metrics``: read at the moment of the question, so nothing here can be out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.pool import QueuePool

from chassis.runtime import Runtime

Restarts = Callable[[], Mapping[str, int]]


class Vitals:
    """A collector of one process's runtime; unlike counters it belongs to no global registry."""

    def __init__(self, runtime: Runtime, restarts: Restarts | None = None) -> None:
        self._runtime = runtime
        self._restarts = restarts

    def collect(self) -> Iterable[Metric]:
        troubled = GaugeMetricFamily(
            "chassis_activity_troubled", "1 while this activity keeps the process unready", labels=["activity"]
        )
        idle = GaugeMetricFamily(
            "chassis_activity_idle_seconds", "Since it got on, or had nothing to do", labels=["activity"]
        )
        troubles = self._runtime.progress.troubles()
        for each in self._runtime.progress.all():
            troubled.add_metric([each.name], float(each.name in troubles))
            idle.add_metric([each.name], each.idle_for())
        yield troubled
        yield idle
        restarts = GaugeMetricFamily(
            "chassis_role_restarts", "How often the service had to start a role again", labels=["role"]
        )
        for role, count in (self._restarts() if self._restarts is not None else {}).items():
            restarts.add_metric([role], count)
        yield restarts
        pool = self._runtime.engine.pool
        if isinstance(pool, QueuePool):
            yield GaugeMetricFamily(
                "chassis_database_connections_used", "Connections to the database in use", value=pool.checkedout()
            )
            yield GaugeMetricFamily("chassis_database_connections_most", "As many may be in use", value=pool.size())
