"""A controller that is only played: it records commands and shows canned snapshots.

`python -m tests.tui.fake [SCENE]` shows one on this terminal; commands change just enough to be seen.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from multitool_tui.clock import Clock, ManualClock
from multitool_tui.controller.commands import Command, Pause, Resume, RollBack, Start
from multitool_tui.controller.findings import Finding
from multitool_tui.controller.observe.page import Field, Form, Page, Table
from multitool_tui.controller.observe.tab import Deed, Subject, Tab, Values
from multitool_tui.controller.port import CommandRefused, Controller
from multitool_tui.controller.snapshot import Entry, Snapshot
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State
from multitool_tui.tui.app import MultiToolApp

if TYPE_CHECKING:  # what a screen loads at first is looked at with this controller
    from multitool_tui.controller.film import Film
    from multitool_tui.controller.observe.describing import Resource
    from multitool_tui.journal.summaries import Summary

    from .played import PlayedDesk

from .scenes import FOUND, NOW, SCENES, live


@dataclass
class FakeObservatory:
    """Answers every tab with the page of its name, and every row with the page of its key."""

    pages: dict[str, Page] = field(default_factory=dict)
    form: Form = field(default_factory=lambda: Form("Do it?", "It is done.", "Do it"))
    refusal: str = ""
    documents: Mapping[str, Any] = field(default_factory=dict)
    described: list[Resource] = field(default_factory=list)
    done: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answered.set()

    async def load(self, tab: Tab, subject: Subject, key: str | None = None) -> Page:
        await self.answered.wait()
        if self.refusal:
            raise CommandRefused(self.refusal)
        page = self.pages.get(key or tab.name) or Page((Table("", (), (), f"Nothing on {subject.name}."),), NOW)
        return replace(page, key=key)

    async def describe(self, resource: Resource) -> Mapping[str, Any]:
        await self.answered.wait()
        if self.refusal:
            raise CommandRefused(self.refusal)
        self.described.append(resource)
        return self.documents

    async def ask(self, deed: Deed, subject: Subject, key: str) -> Form:  # noqa: ARG002 - the port's own names
        return self.form

    async def do(self, deed: Deed, subject: Subject, key: str, values: Values) -> str:  # noqa: ARG002 - as above
        self.done.append((deed.name, key, dict(values)))
        if self.refusal:
            raise CommandRefused(self.refusal)
        return "Done."


@dataclass
class FakeArchive:
    """Has these rows on record, in pages of `size`, and one film for whichever is opened or replayed."""

    rows: tuple[Summary, ...] = ()
    reel: Film | None = None
    size: int = 200
    refusal: str = ""
    pages: list[int | None] = field(default_factory=list)
    replayed: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def page(self, before: int | None = None) -> tuple[Summary, ...]:
        self.pages.append(before)
        self._may()
        return tuple(row for row in self.rows if before is None or row.key < before)[: self.size]

    async def film(self, key: int) -> Film:  # noqa: ARG002 - the port's own name
        self._may()
        assert self.reel is not None
        return self.reel

    async def ask(self, target: str) -> Form:
        self._may()
        return Form("What would have been decided?", "Judged again.", "Replay", (("Target", target),), ASKED)

    async def replay(self, target: str, values: Values) -> Film:
        self.replayed.append((target, dict(values)))
        return await self.film(0)

    def _may(self) -> None:
        if self.refusal:
            raise CommandRefused(self.refusal)


@dataclass
class FakeGroups:
    """Records what is asked of the manifest's groups."""

    refusal: str = ""
    started: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    taken_back: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    async def ask(self, name: str) -> Form:
        return Form(f"Start the group {name}?", "In waves.", "Start them all", (), (Field("search", "search", "8"),))

    async def start(self, name: str, values: Values) -> str:
        self.started.append((name, dict(values)))
        if self.refusal:
            raise CommandRefused(self.refusal)
        return f"The group {name} is under way."

    async def roll_back(self, name: str, ids: Sequence[str]) -> str:
        self.taken_back.append((name, tuple(ids)))
        return f"The group {name} is being rolled back."


ASKED = (Field("from", "From", "3h"), Field("to", "To", "0s"))


def _desk() -> PlayedDesk:
    from .played import PlayedDesk

    return PlayedDesk()


@dataclass
class FakeController:
    """Satisfies `controller.port.Controller`. `refusal`, once set, is what every command is answered with."""

    snapshot: Snapshot
    clock: Clock = field(default_factory=lambda: ManualClock(NOW))
    commands: list[Command] = field(default_factory=list)
    looks: list[str | None] = field(default_factory=list)
    refusal: Exception | None = None
    foretold: tuple[Finding, ...] | Exception = FOUND
    """What every question about a start is answered with, once `thought` is set."""
    thought: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[Start] = field(default_factory=list)
    abandoned: int = 0
    """So many questions nobody waited for any longer."""
    refreshed: int = 0
    closed: bool = False
    interrupted: str = ""
    plays: bool = False
    """Whether commands have an effect."""
    observatory: FakeObservatory = field(default_factory=lambda: FakeObservatory())
    archive: FakeArchive = field(default_factory=lambda: FakeArchive())
    groups: FakeGroups = field(default_factory=lambda: FakeGroups())
    workshop: PlayedDesk = field(default_factory=lambda: _desk())
    _listener: Callable[[Snapshot], None] | None = None

    def __post_init__(self) -> None:
        self.thought.set()

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        self._listener = listener

    def push(self, snapshot: Snapshot) -> None:
        """Something new is known."""
        self.snapshot = snapshot
        if self._listener:
            self._listener(snapshot)

    async def obey(self, command: Command) -> str:
        self.commands.append(command)
        if self.refusal:
            raise self.refusal
        if self.plays:
            self._play(command)
        return "r-1"

    def _play(self, command: Command) -> None:
        if isinstance(command, Start):
            raise CommandRefused("This controller is only played: nothing can be started.")
        state = {Pause: State.PAUSED, Resume: State.SHIFTING, RollBack: State.ROLLED_BACK}.get(type(command))
        if state is None:
            return
        now = self.clock.now()
        entry = Entry(now, "you", str(state), "The operator's word.", target=self.snapshot.rollouts[-1].rollout.target)
        moved: Rollout = replace(self.snapshot.rollouts[-1].rollout, state=state, reason=entry.reason)
        if state is State.ROLLED_BACK:
            moved = replace(moved, weight=0.0, wanted=0.0, ended_at=now)
        self.push(replace(self.snapshot, rollouts=(live(moved),), entries=(*self.snapshot.entries, entry)))

    async def preflight(self, start: Start) -> tuple[Finding, ...]:
        self.asked.append(start)
        try:
            await self.thought.wait()
        except asyncio.CancelledError:
            self.abandoned += 1
            raise
        if isinstance(self.foretold, Exception):
            raise self.foretold
        return self.foretold

    def at(self, place: str) -> Controller:
        del place
        return self

    @property
    def place(self) -> str:
        return self.snapshot.place

    def turn_to(self, place: str) -> None:
        """There is no other one."""

    def look_at(self, target: str | None) -> None:
        self.looks.append(target)

    async def refresh(self) -> None:
        self.refreshed += 1

    async def interrupt(self, why: str) -> None:
        self.interrupted = why

    async def close(self) -> None:
        self.closed = True


def connecting_to(controller: FakeController) -> Callable[[], Awaitable[FakeController]]:
    """A `connect` that succeeds at once."""

    async def connect() -> FakeController:
        return controller

    return connect


def make_app(controller: FakeController, **options: object) -> MultiToolApp:
    """The application over a played controller, the same on every machine."""
    return MultiToolApp(connecting_to(controller), clock=controller.clock, ascii_only=False, **options)  # type: ignore[arg-type]


if __name__ == "__main__":
    played = FakeController(SCENES[sys.argv[1] if len(sys.argv) > 1 else "mid-canary"](), plays=True)
    farewell = make_app(played).run()
    sys.stdout.write(f"{farewell.message or ''}\n")
    sys.exit(farewell.exit_code)
