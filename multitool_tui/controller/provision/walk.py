"""Makes the parts of a service one after the other, or removes them: the one way for all of them.

Before a part is made, the journal has that it is about to be; afterwards, what came of it. So a process may end at any
instruction: the next one looks what is there, and goes on. What was there before anything was noted is not setup's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from multitool_tui.aws.errors import AccessDenied, Conflict, NotFound, Refused, Unanswered
from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site
from multitool_tui.controller.provision.book import Book, text_of
from multitool_tui.journal.services import OURS, Happened


class Status(StrEnum):
    """How far a part is."""

    TO_MAKE = "to make"
    TO_REMOVE = "to remove"
    THERE = "there"
    """It was there already; what setup has made stays setup's."""
    MAKING = "making"
    MADE = "made"
    REMOVING = "removing"
    REMOVED = "removed"
    LEFT = "left"
    """The product's policy gives no permission to remove it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A part, and how far it is. `commands` remove what teardown leaves; `share` (0-1): of the code,
    that is sent; `remark`: what is not as it should be."""

    part: Part
    status: Status
    commands: tuple[str, ...] = ()
    share: float | None = None
    remark: str = ""


Tell = Callable[[Progress], None]


async def survey(parts: Sequence[Part], site: Site, book: Book) -> list[Progress]:
    """What setup would do, in its order. Changes nothing.

    Raises:
        AwsError: something is in the way, or AWS cannot be asked.
    """
    seen = []
    for part in parts:
        found = await _usable(part, site, book)
        site.facts.update(found or {})
        seen.append(Progress(part, Status.TO_MAKE if found is None else Status.THERE))
    return seen


async def set_up(parts: Sequence[Part], site: Site, book: Book, tell: Tell) -> None:
    """Make what is not there. The facts of all parts are in `site.facts` afterwards.

    Raises:
        AwsError: it stops there; the next run goes on.
        JournalError: nothing is made that cannot be noted.
    """
    for part in parts:
        found = await _usable(part, site, book)
        if found is None:
            tell(Progress(part, Status.MAKING))
            site.sent = partial(_sent, tell, part)
            found, status = await _make(part, site, book), Status.MADE
        else:
            await _keep(part, book, found)
            status = Status.THERE
        site.facts.update(found)
        tell(Progress(part, status, remark=found.get("remark", "")))


def _sent(tell: Tell, part: Part, share: float) -> None:
    tell(Progress(part, Status.MAKING, share=share))


def to_tear_down(book: Book, site: Site) -> list[Progress]:
    """What teardown would do, as far as the journal knows."""
    return [
        Progress(part, Status.LEFT if commands else Status.TO_REMOVE, commands)
        for part, row in reversed(book.all())
        if row.happened in OURS and not _goes_with_another(part, book)
        for commands in [part.removed_by(site)]
    ]


async def tear_down(site: Site, book: Book, tell: Tell) -> None:
    """Remove what setup has made, the last first, and leave what may not be removed.

    Raises:
        AwsError: it stops there; the next run goes on.
        JournalError: nothing is removed that cannot be noted.
    """
    everything = book.all()
    for _, row in everything:
        if row.happened in (*OURS, Happened.FOUND):
            site.facts.update(row.facts)
    ours = [(part, row) for part, row in reversed(everything) if row.happened in OURS]
    for part, _ in ours:
        await part.may_go(site)
    for part, row in ours:
        if not _goes_with_another(part, book):
            site.facts.update(row.facts)
            await _remove(part, site, book, tell)


async def _remove(part: Part, site: Site, book: Book, tell: Tell) -> None:
    try:
        found = await _look(part, site)
    except NotFound:  # what it was a part of is gone, and it with that
        found = None
    except InTheWay:
        # What setup was about to make somebody else has made; what it had made has been changed since.
        found = _is_as_made(part, book)
    if found is None:
        await book.note(part, Happened.REMOVED)
        tell(Progress(part, Status.REMOVED))
    elif commands := part.removed_by(site):
        await book.note(part, Happened.LEFT)
        tell(Progress(part, Status.LEFT, commands))
    else:
        await book.note(part, Happened.REMOVING)
        tell(Progress(part, Status.REMOVING))
        site.facts.update(found)
        try:
            await part.undo(site)
        except NotFound:
            pass
        except Unanswered:
            if await _look(part, site) is not None:
                raise
        await book.note(part, Happened.REMOVED)
        tell(Progress(part, Status.REMOVED))
    for other, row in book.all():
        if other.within == part.kind and row.happened in OURS and not book.is_ours(part):
            await book.note(other, Happened.REMOVED)


def _goes_with_another(part: Part, book: Book) -> bool:
    """Whether it is removed with the part that it is in."""
    return any(other.kind == part.within and row.happened in OURS for other, row in book.all())


async def _usable(part: Part, site: Site, book: Book) -> Facts | None:
    """What is there and can be used. What setup has made as it is wanted now stays as it is, whoever changed it since:
    a function has new code after each rollout."""
    try:
        return await _look(part, site)
    except InTheWay:
        made = _is_as_made(part, book)
        if made is None:
            raise
        return made


def _is_as_made(part: Part, book: Book) -> Facts | None:
    """The facts of a part that setup has made, of this very description."""
    row = book.row(part)
    if row is None or row.happened not in OURS or row.happened is Happened.MAKING or row.part != text_of(part):
        return None
    return dict(row.facts)


async def _look(part: Part, site: Site) -> Facts | None:
    if any(fact not in site.facts for fact in part.needs):
        return None
    return await part.look(site)


async def _keep(part: Part, book: Book, found: Facts) -> None:
    """Note what was found: a part that setup was about to make, or to remove, is its own."""
    row = book.row(part)
    happened = Happened.MADE if row is not None and row.happened in OURS else Happened.FOUND
    if row is None or (row.happened, dict(row.facts)) != (happened, found):
        await book.note(part, happened, found)


async def _make(part: Part, site: Site, book: Book) -> Facts:
    await book.note(part, Happened.MAKING, {})
    try:
        made = await part.make(site)
    except Conflict:
        # Somebody else was quicker: it is theirs.
        theirs = await part.look(site)
        await book.note(part, Happened.NOT_MADE if theirs is None else Happened.FOUND, theirs)
        if theirs is None:
            raise
        return theirs
    except Unanswered:
        # It may have come about. Nothing is repeated: what is there is read.
        ours = await part.look(site)
        if ours is None:
            raise
        made = ours
    except (Refused, AccessDenied, NotFound):
        await book.note(part, Happened.NOT_MADE)
        raise
    await book.note(part, Happened.MADE, made)
    return made
