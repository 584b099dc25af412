"""Cuts a batch so that a handler sees each key at most once per call, in order, and as many keys as there are."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar


class Keyed(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def key(self) -> Hashable | None: ...

    @property
    def kind(self) -> str: ...


K = TypeVar("K", bound=Keyed)


def rounds(arrived: Iterable[K]) -> Iterator[Sequence[K]]:
    """Groups to handle one after the other: the n-th event of every key is in round n, a round split by type.

    What has no key is ordered by nothing and comes in the first round.
    """
    seen: dict[Hashable, int] = defaultdict(int)
    cut: dict[int, dict[str, list[K]]] = defaultdict(lambda: defaultdict(list))
    for each in arrived:
        number = 0
        if each.key is not None:
            number = seen[each.key]
            seen[each.key] += 1
        cut[number][each.kind].append(each)
    for number in sorted(cut):
        yield from cut[number].values()


def without_repeats(arrived: Iterable[K]) -> list[K]:
    """The first occurrence of each, in the order of these: a relay may have repeated some inside one batch, and only
    first occurrences are in order under their key."""
    first: dict[str, K] = {}
    for each in arrived:
        first.setdefault(each.id, each)
    return list(first.values())
