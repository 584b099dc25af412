import pytest

from devkit.native import maven
from devkit.native.maven import Artifact, class_path, locked
from devkit.trouble import Trouble

ONE = "org.example:thing:1.0"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def arriving(monkeypatch, content: bytes):
    def download(coordinate, staging):
        file = staging / coordinate.replace(":", "-")
        file.write_bytes(content)
        return file

    monkeypatch.setattr(maven, "_download", download)


def pinned(monkeypatch, sha256: str):
    monkeypatch.setattr(maven, "locked", lambda _program: [Artifact("thing", ONE, sha256)])


def test_a_file_with_another_digest_is_never_used(cache, monkeypatch):
    pinned(monkeypatch, "0" * 64)
    arriving(monkeypatch, b"tampered with")

    with pytest.raises(Trouble, match=r"org\.example:thing:1\.0 has arrived with SHA-256"):
        class_path("thing")
    assert not list(cache.rglob("*.jar"))


def test_what_was_fetched_once_needs_no_network_again(cache, monkeypatch):
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"
    pinned(monkeypatch, digest)
    arriving(monkeypatch, b"hello")
    [first] = class_path("thing")
    monkeypatch.setattr(maven, "_download", None)

    assert class_path("thing") == [first]
    assert first.read_bytes() == b"hello"


def test_every_program_is_pinned_by_digest():
    for program in maven.PROGRAMS:
        artifacts = locked(program)
        assert artifacts
        assert all(len(artifact.sha256) == 64 for artifact in artifacts)


def test_a_classifier_is_part_of_the_file_name():
    assert Artifact("zipkin", "io.zipkin:zipkin-server:3.6.1:exec", "").file_name == "zipkin-server-3.6.1-exec.jar"
