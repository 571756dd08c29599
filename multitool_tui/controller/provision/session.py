"""One service, opened to be made or removed: the AWS session, the record, and whose account it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site
from multitool_tui.aws.resources import Caller
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.launcher import place_of
from multitool_tui.controller.provision.book import Book, services
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.walk import Progress, Tell, set_up, survey, tear_down, to_tear_down
from multitool_tui.rollout.package import Package


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where services are made: a session, and the folder of the journal. `actor`: user@host."""

    session: AwsSession
    clock: Clock
    folder: Path
    actor: str

    @asynccontextmanager
    async def open(self, name: str, package: Package | None = None) -> AsyncIterator[Work]:
        """Open service `name`. `package`: the code that it is made of.

        Raises:
            AwsError: the session is of no use, or another process is at the service.
            JournalError
        """
        caller = await self.session.caller()
        book = await Book.open(self.folder, place_of(caller), name, self.clock, self.actor)
        try:
            yield Work(Site(self.session, self.clock, caller, package), book)
        finally:
            await book.close()

    async def caller(self) -> Caller:
        """Whose account it is.

        Raises:
            AwsError: the session is of no use.
        """
        return await self.session.caller()

    async def survey(self, service: Service, package: Package) -> list[Progress]:
        """What setting a service up would do. Errors are those of `open` and of `walk`."""
        async with self.open(service.name, package) as work:
            return await work.survey(service.parts(self.session.region))

    async def make(self, service: Service, package: Package, tell: Tell) -> Facts:
        """Set a service up; what AWS has named. Errors are those of `open` and of `walk`."""
        async with self.open(service.name, package) as work:
            await work.set_up(service.parts(self.session.region), tell)
            return work.site.facts

    async def services(self) -> list[str]:
        """The services on record in this account and region.

        Raises:
            AwsError: the session is of no use.
            JournalError
        """
        return await services(self.folder, place_of(await self.session.caller()))


@dataclass(frozen=True, slots=True)
class Work:
    """A service that is open. Errors are those of `walk`."""

    site: Site
    book: Book

    async def survey(self, parts: tuple[Part, ...]) -> list[Progress]:
        """What setup would do."""
        return await survey(parts, self.site, self.book)

    async def set_up(self, parts: tuple[Part, ...], tell: Tell) -> None:
        """Make what is not there."""
        await set_up(parts, self.site, self.book, tell)

    def to_tear_down(self) -> list[Progress]:
        """What teardown would do."""
        return to_tear_down(self.book, self.site)

    async def tear_down(self, tell: Tell) -> None:
        """Remove what setup has made.

        Raises:
            InTheWay: a rollout is under way.
        """
        place = place_of(self.site.caller)
        for part, _ in self.book.all():
            if part.kind == "alias" and await self.book.is_released(place, part.name):
                raise InTheWay(f"A rollout on {part.name} is under way: end it, then run teardown again.")
        await tear_down(self.site, self.book, tell)
