import pytest

from chassis.http import Catalogue
from chassis.http.sentences import LANGUAGES, language_of
from chassis.testing.sentences import missing_sentences


@pytest.mark.parametrize("package", ["chassis", "shelf"])
def test_whatever_is_refused_can_be_told_in_every_language(package: str):
    assert missing_sentences(package) == []


def test_a_code_without_a_sentence_is_named_by_language(tmp_path, monkeypatch):
    folder = tmp_path / "mute"
    (folder / "sentences").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "from chassis.domain import NotFound, Reason\n"
        "class CupNotFound(NotFound): ...\n"
        "def why(): return Reason('cup-broken')\n"
    )
    (folder / "sentences" / "en.toml").write_text('cup-broken = "The cup {number} is broken."\n')
    (folder / "sentences" / "vi.toml").write_text('cup-broken = "Cốc vỡ."\ncup-not-found = "Không có cốc."\n')
    monkeypatch.syspath_prepend(str(tmp_path))

    missing = missing_sentences("mute")

    assert "en: cup-not-found" in missing
    assert "vi: cup-not-found" not in missing
    assert "zh: cup-broken" in missing
    assert any(each.startswith("cup-broken: vi []") for each in missing)


def test_a_value_that_is_not_given_stays_visible_and_a_list_reads_as_one():
    catalogue = Catalogue(["chassis", "shelf"])

    said = catalogue.say("shelf-full", {"possible": ["CH8", "CH9"]}, "en")

    assert said == "The shelf of {store} is full; possible: CH8, CH9."


def test_a_code_without_a_sentence_is_told_by_its_own_words():
    assert Catalogue(["chassis"]).say("cup-not-found", {}, "en") == "cup not found"
    assert Catalogue(["chassis"]).say("cup-not-found", {}, "en", otherwise="No cup.") == "No cup."


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("*", "vi"),
        ("en", "en"),
        ("zh-Hant-TW", "zh"),
        ("en;q=0.1,vi;q=0.2", "vi"),
        ("en;q=x", "vi"),
    ],
)
def test_the_language_follows_the_header_and_else_the_shop(header, language):
    assert language_of(header) == language
    assert language in LANGUAGES
