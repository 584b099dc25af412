"""An entry is opened once and closed once."""

from uuid import uuid4

from specimen.domain.entry import Closed, Entry, Opened


def test_opening_an_entry_is_remembered() -> None:
    id = uuid4()
    assert Entry.open(id, "Kiểm tra kệ A3").collect() == [Opened(id, "Kiểm tra kệ A3")]


def test_closing_twice_is_the_same_as_once() -> None:
    entry = Entry.open(uuid4(), "Kiểm tra kệ A3")
    entry.collect()
    entry.close()
    entry.close()
    assert entry.collect() == [Closed(entry.id)]
