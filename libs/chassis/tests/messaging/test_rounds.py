"""How a batch is cut: each key in its order, repeats aside."""

from dataclasses import dataclass

from chassis.rounds import rounds, without_repeats


@dataclass(frozen=True)
class Told:
    id: str
    key: str | None
    kind: str = "told"
    place: int = 0


def test_a_repeat_in_a_batch_puts_no_event_before_an_earlier_one() -> None:
    """A relay that was stopped and wakes may repeat a after b is there: the log is then a b a c."""
    log = [Told("a", "k"), Told("b", "k"), Told("a", "k", place=2), Told("c", "k")]
    assert [each.id for each in without_repeats(log)] == ["a", "b", "c"]
    assert without_repeats(log)[0].place == 0


def test_the_nth_event_of_every_key_is_in_round_n() -> None:
    log = [Told("1", "k"), Told("2", "l"), Told("3", "k"), Told("4", None), Told("5", None)]
    assert [[each.id for each in together] for together in rounds(log)] == [["1", "2", "4", "5"], ["3"]]


def test_a_round_is_split_by_type() -> None:
    log = [Told("1", "k", "made"), Told("2", "l", "broken"), Told("3", "m", "made")]
    assert [[each.id for each in together] for together in rounds(log)] == [["1", "3"], ["2"]]
