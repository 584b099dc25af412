import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from devkit import infra

pytestmark = pytest.mark.connected


def command(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "devkit.infra", *words], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    return done.stdout


def test_many_callers_at_once_share_one_server(tmp_path):
    folder = str(tmp_path / "servers")
    try:
        with ThreadPoolExecutor(4) as pool:
            told = list(pool.map(lambda _: command("up", "--dir", folder, "--json", "--no-kafka"), range(4)))

        assert len(set(told)) == 1
        assert json.loads(told[0])["kafka"] is None
    finally:
        infra.down(tmp_path / "servers")


def test_two_folders_are_two_servers(tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    try:
        first, second = (infra.up(folder, kafka=False) for folder in folders)

        assert first.ports.postgres != second.ports.postgres
        assert first.postgres.daemon.find() != second.postgres.daemon.find()
    finally:
        for folder in folders:
            infra.down(folder)


def test_after_down_nothing_runs_and_up_finds_the_data_again(tmp_path):
    folder = tmp_path / "servers"
    try:
        started = infra.up(folder, kafka=False)
        started.postgres.run(lambda connection: connection.execute("CREATE TABLE kept AS SELECT 1"))
        infra.down(folder)
        assert started.postgres.daemon.find() is None

        again = infra.up(folder, kafka=False)
        assert again.postgres.run(lambda connection: connection.fetchval("SELECT count(*) FROM kept")) == 1
    finally:
        infra.down(folder)


def test_a_state_file_of_garbage_is_written_anew(tmp_path):
    (tmp_path / infra.STATE).write_text("half a line {")
    try:
        assert infra.up(tmp_path, kafka=False).postgres.daemon.find()
    finally:
        infra.down(tmp_path)


@pytest.mark.slow
def test_three_brokers_keep_serving_when_one_is_killed(tmp_path):
    from confluent_kafka import KafkaError, KafkaException

    from devkit.native.kafka import Kafka
    from devkit.native.kafka_admin import KafkaAdmin, Topic
    from devkit.native.ports import free_ports

    ports = free_ports(6)
    cluster = Kafka(tmp_path / "kafka", tuple(ports[:3]), tuple(ports[3:]), "s3cret")
    try:
        cluster.start()
        admin = KafkaAdmin(cluster.bootstrap, "admin", "s3cret", cluster.replication)
        admin.create_topics([Topic("kept.v1", 3)])
        cluster.brokers[0].daemon.stop(patience=0)

        gone = {KafkaError._TIMED_OUT, KafkaError._TRANSPORT}
        for patience in (4, 3, 2, 1, 0):  # the client may ask the dead one, or wait for its answer, until it gives up
            try:
                admin.create_topics([Topic("more.v1", 3)])
                break
            except KafkaException as error:
                if not patience or error.args[0].code() not in gone:
                    raise
    finally:
        cluster.stop()
