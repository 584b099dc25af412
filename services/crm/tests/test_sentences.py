"""Whatever the desk may refuse can be told in every language."""

from chassis.testing.sentences import missing_sentences


def test_every_refusal_has_a_sentence_in_vietnamese_english_and_chinese() -> None:
    assert missing_sentences("crm") == []
