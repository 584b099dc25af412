import os
import socket

import pytest

from devkit.native.ports import LOCALHOST, answers, free_ports, is_free, require_free
from devkit.trouble import Trouble


@pytest.fixture
def listener():
    with socket.socket() as opened:
        opened.bind((LOCALHOST, 0))
        opened.listen()
        yield opened.getsockname()[1]


def test_free_ports_are_all_different():
    assert len(set(free_ports(20))) == 20


def test_free_ports_are_none_of_those_that_linux_gives_out_by_itself():
    found = free_ports(20)
    assert max(found) < 32_768
    assert all(is_free(port) for port in found)


def test_a_taken_port_is_refused_with_the_name_of_who_has_it(listener):
    with pytest.raises(Trouble, match=rf"Port {listener}, meant for Kafka, is taken by process {os.getpid()}"):
        require_free(listener, "Kafka")


def test_a_free_port_is_not_refused():
    [port] = free_ports(1)

    require_free(port, "Kafka")
    assert is_free(port)


def test_a_port_answers_once_somebody_listens(listener):
    [silent] = free_ports(1)

    assert answers(listener)
    assert not answers(silent)
