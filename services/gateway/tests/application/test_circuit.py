"""When a service is not asked at all."""

from gateway.application.circuit import PAUSE, SILENT_AFTER, Circuit


class Hands:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def a_silent_one() -> tuple[Circuit, Hands]:
    hands = Hands()
    circuit = Circuit(hands)
    for _ in range(SILENT_AFTER):
        assert circuit.allows()
        circuit.silent()
    return circuit, hands


def test_silence_again_and_again_opens_it() -> None:
    circuit, _ = a_silent_one()
    assert circuit.open
    assert not circuit.allows()


def test_an_answer_in_between_means_it_is_there() -> None:
    circuit = Circuit()
    for _ in range(SILENT_AFTER * 2):
        circuit.silent()
        circuit.answered()
    assert circuit.allows()


def test_one_caller_per_pause_finds_out_whether_it_is_back() -> None:
    circuit, hands = a_silent_one()
    hands.at += PAUSE
    assert [circuit.allows() for _ in range(3)] == [True, False, False]
    circuit.answered()
    assert [circuit.allows() for _ in range(3)] == [True, True, True]
