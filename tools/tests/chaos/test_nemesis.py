"""The same seed strikes the same way, and every kind of fault comes before one comes again."""

import itertools
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

from devkit.chaos.faults import ANYWHERE, SEVERAL
from devkit.chaos.nemesis import Nemesis


def deck(seed: int, brokers: int, cards: int) -> list[tuple[int, str]]:
    arena = cast("Any", SimpleNamespace(brokers=list(range(brokers))))
    drawn = itertools.islice(Nemesis(arena, seed, 60)._cards, cards)
    return [(number, fault.__name__) for number, fault in drawn]


def test_the_same_seed_draws_the_same_faults() -> None:
    assert deck(7, 1, 50) == deck(7, 1, 50)
    assert deck(7, 1, 50) != deck(8, 1, 50)


def test_one_round_of_the_deck_holds_every_fault() -> None:
    round_of_one = [name for _, name in deck(3, 1, len(ANYWHERE))]
    assert Counter(round_of_one) == Counter(fault.__name__ for fault in ANYWHERE)
    assert not {fault.__name__ for fault in SEVERAL} & set(round_of_one)


def test_leaders_and_coordinators_die_only_where_another_can_take_over() -> None:
    cards = [name for _, name in deck(3, 3, len(ANYWHERE) + 2 * len(SEVERAL))]
    assert Counter(cards)["kill_leader"] == Counter(cards)["kill_coordinator"] == 2
