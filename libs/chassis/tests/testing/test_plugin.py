"""What the plugin excuses in tests that fail on every warning."""

import warnings

import pytest


def test_a_connection_that_aiokafka_forgot_fails_no_test() -> None:
    warnings.warn("Unclosed AIOKafkaConnection <host=127.0.0.1 port=9092>", ResourceWarning, stacklevel=1)


def test_anything_else_left_open_fails_the_test() -> None:
    with pytest.raises(ResourceWarning):
        warnings.warn("unclosed socket", ResourceWarning, stacklevel=1)
