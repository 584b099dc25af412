"""Inspecting what came back (INV-13)."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from inventory.domain.returned import AlreadyInspected, Finding, Grade, InspectionRefused, Return, ReturnLine

NOW = datetime(2025, 11, 22, 5, tzinfo=UTC)
SHIRT, HAT = uuid4(), uuid4()


def came_back() -> Return:
    lines = (ReturnLine(SHIRT, "A", 3, 100), ReturnLine(HAT, "B", 1, 40))
    return Return(
        id=uuid4(),
        order_id=uuid4(),
        shipment_id=uuid4(),
        parcel_id=uuid4(),
        location_id="KHO",
        lines=lines,
        arrived_at=NOW,
    )


def inspect(back: Return, *findings: tuple[UUID, Grade, int]) -> None:
    back.inspect([Finding(*each) for each in findings], location_id="KHO", by="user:wh", at=NOW, note=None)


@pytest.mark.capability("INV-13")
def test_every_unit_gets_one_grade_and_its_share_of_the_value() -> None:
    back = came_back()
    inspect(back, (SHIRT, Grade.DEFECTIVE, 1), (SHIRT, Grade.SELLABLE, 2), (HAT, Grade.SELLABLE, 1))
    assert [(each.sku, each.grade, each.quantity, each.value) for each in back.findings] == [
        ("A", Grade.SELLABLE, 2, 67),
        ("A", Grade.DEFECTIVE, 1, 33),
        ("B", Grade.SELLABLE, 1, 40),
    ]
    assert back.complete


@pytest.mark.capability("INV-13")
def test_what_is_missing_or_wrong_brings_no_value_back() -> None:
    back = came_back()
    inspect(back, (SHIRT, Grade.SELLABLE, 2), (SHIRT, Grade.WRONG, 1), (HAT, Grade.MISSING, 1))
    assert [(each.grade, each.value) for each in back.findings] == [
        (Grade.SELLABLE, 67),
        (Grade.WRONG, 0),
        (Grade.MISSING, 0),
    ]
    assert not back.complete


@pytest.mark.capability("INV-13")
def test_a_wrong_item_still_came_back() -> None:
    back = came_back()
    inspect(back, (SHIRT, Grade.WRONG, 3), (HAT, Grade.DEFECTIVE, 1))
    assert back.complete


@pytest.mark.capability("INV-13")
@pytest.mark.parametrize(
    ("findings", "codes"),
    [
        ([(SHIRT, Grade.SELLABLE, 3)], ["line-not-graded"]),
        ([(SHIRT, Grade.SELLABLE, 4), (HAT, Grade.SELLABLE, 1)], ["line-not-graded"]),
        ([(SHIRT, Grade.SELLABLE, 2), (HAT, Grade.SELLABLE, 2)], ["line-not-graded", "line-not-graded"]),
        (
            [(SHIRT, Grade.SELLABLE, 3), (HAT, Grade.SELLABLE, 1), (UUID(int=1), Grade.SELLABLE, 1)],
            ["line-not-shipped"],
        ),
    ],
)
def test_grades_that_do_not_add_up_are_refused_by_line(
    findings: list[tuple[UUID, Grade, int]], codes: list[str]
) -> None:
    back = came_back()
    with pytest.raises(InspectionRefused) as refused:
        inspect(back, *findings)
    assert [reason.code for reason in refused.value.reasons] == codes
    assert back.findings == ()


def test_a_return_is_inspected_once() -> None:
    back = came_back()
    grades = ((SHIRT, Grade.SELLABLE, 3), (HAT, Grade.SELLABLE, 1))
    inspect(back, *grades)
    with pytest.raises(AlreadyInspected):
        inspect(back, *grades)
