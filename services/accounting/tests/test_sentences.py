"""Whatever accounting may refuse can be told in Vietnamese, English and Chinese."""

from chassis.testing.sentences import missing_sentences


def test_every_refusal_has_its_sentence_in_three_languages() -> None:
    assert missing_sentences("accounting") == []
