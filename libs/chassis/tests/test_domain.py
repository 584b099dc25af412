"""What a domain model gets from the chassis: memory of what happened, and refusals that say it all."""

from dataclasses import dataclass

from chassis.domain import Aggregate, Invalid, NotFound, Reason


@dataclass(eq=False, kw_only=True)
class Door(Aggregate):
    def close(self) -> None:
        self._record("closed")


class DoorNotFound(NotFound):
    """There is no such door."""


def test_what_happened_is_handed_out_once() -> None:
    door = Door()
    door.close()
    assert (door.collect(), door.collect()) == (["closed"], [])


def test_a_refusal_is_called_by_the_fact_it_states() -> None:
    refusal = DoorNotFound(id=7)
    assert (refusal.code, dict(refusal.params)) == ("door-not-found", {"id": 7})
    assert refusal.reasons == (Reason("door-not-found", None, {"id": 7}),)


def test_several_reasons_keep_the_values_of_the_whole() -> None:
    refusal = Invalid([Reason("too-wide", "width"), Reason("too-high", "height")], count=2)
    assert [reason.code for reason in refusal.reasons] == ["too-wide", "too-high"]
    assert refusal.params == {"count": 2}


def test_a_single_reason_lends_its_values() -> None:
    assert Invalid([Reason("too-wide", "width", {"most": 90})]).params == {"most": 90}
