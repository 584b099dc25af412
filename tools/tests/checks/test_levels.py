import pytest

from devkit.checks.levels import ALL, DEEP, DEFAULT, FAST, of_service
from devkit.trouble import Trouble


def test_the_promised_times():
    assert (FAST.budget, DEFAULT.budget, ALL.budget, DEEP.budget) == (60, 15 * 60, 50 * 60, 60 * 60)


def test_fast_starts_no_servers():
    assert not FAST.servers


def test_one_library_by_its_name():
    assert [part.paths for part in of_service("chassis").parts] == [("libs/chassis",)]


def test_a_service_that_is_not_there_is_named():
    with pytest.raises(Trouble, match="'vouchers'"):
        of_service("vouchers")
