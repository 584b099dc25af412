"""What came back from the road, and what the inspection finds (INV-13).

Every unit that was shipped is given exactly one grade, ``missing`` included; goods go back into stock at the value
they left with, sellable on the shelf or defective apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.domain import Conflict, Invalid, NotFound, Reason
from inventory.domain.worth import Worth


class Grade(StrEnum):
    SELLABLE = "sellable"
    DEFECTIVE = "defective"
    WRONG = "wrong"
    MISSING = "missing"


RESTOCKED = (Grade.SELLABLE, Grade.DEFECTIVE)
"""Grades whose goods are ours again; a wrong item is not what left, so it is none of this SKU's stock."""


class ReturnState(StrEnum):
    TO_INSPECT = "to_inspect"
    INSPECTED = "inspected"


class ReturnNotFound(NotFound):
    """No return has this id."""


class AlreadyInspected(Conflict):
    """The return was inspected; what was found is booked."""


class InspectionRefused(Invalid):
    """The grades do not add up to what was shipped; each line is named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """So many units of a line in one grade."""

    line_id: UUID
    grade: Grade
    quantity: int


@dataclass(frozen=True, slots=True)
class Graded:
    """A finding with its goods and the value they go back at (0 for what does not come back)."""

    line_id: UUID
    sku: str
    grade: Grade
    quantity: int
    value: int


@dataclass(slots=True)
class ReturnLine:
    """Units that were shipped on a line, and the đồng they left stock with."""

    line_id: UUID
    sku: str
    quantity: int
    value: int


@dataclass(eq=False, kw_only=True)
class Return:
    """One shipment that came back, whole or in part."""

    id: UUID
    order_id: UUID
    shipment_id: UUID
    parcel_id: UUID
    location_id: str
    lines: tuple[ReturnLine, ...]
    state: ReturnState = ReturnState.TO_INSPECT
    arrived_at: datetime
    inspected_at: datetime | None = None
    inspected_by: str | None = None
    note: str | None = None
    findings: tuple[Graded, ...] = ()
    version: int = 1

    def inspect(
        self, findings: Sequence[Finding], *, location_id: str, by: str, at: datetime, note: str | None
    ) -> None:
        """Grade every unit. Raises ``AlreadyInspected``, or ``InspectionRefused`` naming every line that is amiss.

        Value is given out in the order of the grades, the last unit of a line takes the rest.
        """
        if self.state is ReturnState.INSPECTED:
            raise AlreadyInspected(state=str(self.state), possible=[])
        if reasons := self._amiss(findings):
            raise InspectionRefused(reasons, count=len(reasons))
        graded: list[Graded] = []
        for line in self.lines:
            left = Worth(line.quantity, line.value)
            for grade in Grade:
                units = sum(each.quantity for each in findings if (each.line_id, each.grade) == (line.line_id, grade))
                if units:
                    value = left.take(units)
                    graded.append(Graded(line.line_id, line.sku, grade, units, value if grade in RESTOCKED else 0))
        self.findings, self.location_id, self.note = tuple(graded), location_id, note
        self.state, self.inspected_by, self.inspected_at = ReturnState.INSPECTED, by, at

    @property
    def complete(self) -> bool:
        """Whether every unit that was shipped is back, whatever its grade."""
        return self.state is ReturnState.INSPECTED and all(each.grade is not Grade.MISSING for each in self.findings)

    def _amiss(self, findings: Sequence[Finding]) -> list[Reason]:
        lines = {line.line_id: line for line in self.lines}
        graded = dict.fromkeys(lines, 0)
        reasons: list[Reason] = []
        for index, finding in enumerate(findings):
            if finding.line_id not in lines:
                reasons.append(Reason("line-not-shipped", f"lines/{index}/line_id", {"line_id": str(finding.line_id)}))
            else:
                graded[finding.line_id] += finding.quantity
        reasons += [
            Reason(
                "line-not-graded",
                "lines",
                {
                    "line_id": str(line.line_id),
                    "sku": line.sku,
                    "graded": graded[line.line_id],
                    "shipped": line.quantity,
                },
            )
            for line in self.lines
            if graded[line.line_id] != line.quantity
        ]
        return reasons
