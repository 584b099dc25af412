"""Who is given the next new order: in turn, whoever has least to do, or by where it comes from (ORD-04)."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class AssignmentRule(StrEnum):
    NONE = "none"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    BY_SOURCE = "by_source"


@dataclass(kw_only=True)
class Roster:
    """The staff among whom orders are shared. ``turns``: when each was given one last, ``loads``: how many each has
    open; both follow what :meth:`next_for` gives out. ``sources``: staff of one source's own."""

    rule: AssignmentRule
    staff: Sequence[str]
    sources: Mapping[str, Sequence[str]]
    turns: MutableMapping[str, int]
    loads: MutableMapping[str, int]

    def next_for(self, source: str) -> str | None:
        """Who gets an order of this source; None: nobody is there for it. Who stands first in the list wins a tie."""
        if self.rule is AssignmentRule.NONE:
            return None
        own = self.sources.get(source) if self.rule is AssignmentRule.BY_SOURCE else None
        candidates = own or self.staff
        if not candidates:
            return None
        order = self.loads if self.rule is AssignmentRule.LEAST_LOADED else self.turns
        chosen = min(candidates, key=lambda staff: order.get(staff, 0))
        self.loads[chosen] = self.loads.get(chosen, 0) + 1
        self.turns[chosen] = max(self.turns.values(), default=0) + 1
        return chosen
