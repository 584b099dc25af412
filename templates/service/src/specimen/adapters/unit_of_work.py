"""Binds the repositories to the chassis' transaction."""

from functools import cached_property

from chassis import UnitOfWork
from specimen.adapters.repositories import SqlEntries
from specimen.application.announce import announcements
from specimen.domain.entry import Entry


class SpecimenUnitOfWork(UnitOfWork):
    @cached_property
    def entries(self) -> SqlEntries:
        return SqlEntries(self.connection)

    def announce(self, entry: Entry) -> None:
        """Publish what happened to the entry."""
        for event in announcements(entry):
            self.publish(event)
