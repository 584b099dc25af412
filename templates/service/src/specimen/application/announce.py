"""What happened inside, as others hear it."""

from contracts.specimen.v1 import EntryClosed, EntryEvent, EntryOpened

from specimen.domain.entry import Closed, Entry, Opened


def announcements(entry: Entry) -> list[EntryEvent]:
    """The events to publish, oldest first."""
    said: list[EntryEvent] = []
    for happened in entry.collect():
        match happened:
            case Opened(id, title):
                said.append(EntryOpened(entry_id=id, title=title))
            case Closed(id):
                said.append(EntryClosed(entry_id=id))
    return said
