import pytest

from devkit.native.kafka import Kafka, same_count
from devkit.trouble import Trouble


def test_data_of_three_brokers_is_not_started_with_one(tmp_path):
    for number in (1, 2, 3):
        (tmp_path / f"data-{number}").mkdir()

    with pytest.raises(Trouble, match=r"made for 3 broker\(s\), not 1: start it with `--brokers 3`"):
        same_count(tmp_path, 1)


def test_without_a_wish_there_are_as_many_brokers_as_the_data_was_made_for(tmp_path):
    assert same_count(tmp_path, None) == 1
    assert same_count(tmp_path, 3) == 3
    for number in (1, 2, 3):
        (tmp_path / f"data-{number}").mkdir()
    assert same_count(tmp_path, None) == 3


def test_three_brokers_keep_three_copies_of_which_two_must_be_written(tmp_path):
    cluster = Kafka(tmp_path, (1, 2, 3), (4, 5, 6), "s3cret")

    assert cluster.replication == 3
    assert {broker.number for broker in cluster.brokers} == {1, 2, 3}
    assert cluster.bootstrap == "127.0.0.1:1,127.0.0.1:2,127.0.0.1:3"
