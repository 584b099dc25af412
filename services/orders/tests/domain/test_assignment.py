"""Who is given the next new order (ORD-04)."""

from typing import Any

import pytest

from orders.domain.assignment import AssignmentRule, Roster

pytestmark = pytest.mark.capability("ORD-04")


def roster(rule: AssignmentRule, **changes: Any) -> Roster:
    return Roster(**({"staff": ["hoa", "nam", "tú"], "sources": {}, "turns": {}, "loads": {}} | changes), rule=rule)


def given(to: Roster, *sources: str) -> list[str | None]:
    return [to.next_for(source) for source in sources]


def test_in_turn_everybody_gets_one_before_anybody_gets_a_second() -> None:
    assert given(roster(AssignmentRule.ROUND_ROBIN), *"abcde") == ["hoa", "nam", "tú", "hoa", "nam"]


def test_the_turn_goes_on_where_it_stopped_and_begins_with_who_is_new() -> None:
    stopped = {"hoa": 7, "nam": 5}
    assert given(roster(AssignmentRule.ROUND_ROBIN, turns=stopped), *"abc") == ["tú", "nam", "hoa"]


def test_whoever_has_least_to_do_gets_the_next_until_all_have_the_same() -> None:
    loads = {"hoa": 3, "nam": 1, "tú": 2}
    assert given(roster(AssignmentRule.LEAST_LOADED, loads=loads), *"abcd") == ["nam", "nam", "tú", "hoa"]


def test_a_source_with_staff_of_its_own_is_theirs_and_the_rest_is_everybodys() -> None:
    shared = roster(AssignmentRule.BY_SOURCE, sources={"shopee": ["an", "bình"]})
    assert given(shared, "shopee", "web", "shopee", "shopee") == ["an", "hoa", "bình", "an"]


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (AssignmentRule.NONE, {}),
        (AssignmentRule.ROUND_ROBIN, {"staff": []}),
        (AssignmentRule.BY_SOURCE, {"staff": [], "sources": {"shopee": ["an"]}}),
    ],
)
def test_without_a_rule_or_without_staff_nobody_gets_it(rule: AssignmentRule, changes: dict[str, Any]) -> None:
    assert roster(rule, **changes).next_for("web") is None
