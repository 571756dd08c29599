"""What a screen may ask of a controller: the whole of the way down. The way up is one frozen snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # a screen is on the terminal before these are loaded
    from multitool_tui.clock import Clock
    from multitool_tui.controller.commands import Command, Start
    from multitool_tui.controller.film import Film
    from multitool_tui.controller.findings import Finding
    from multitool_tui.controller.observe.describing import Resource
    from multitool_tui.controller.observe.page import Form, Page
    from multitool_tui.controller.observe.tab import Deed, Subject, Tab, Values
    from multitool_tui.controller.provision.desk import Desk
    from multitool_tui.controller.snapshot import Snapshot
    from multitool_tui.journal.summaries import Summary


class CommandRefused(Exception):
    """The command was not obeyed; the text says why in one sentence. Nothing has changed.

    Where AWS or the journal is why, its error is the `__cause__`: exit codes are made of it.
    """


class Misused(CommandRefused):
    """What was asked for makes no sense, whatever AWS would say."""


class NothingToDo(CommandRefused):
    """What is to be released serves already: nothing is begun, and nothing is wrong."""


class Taken(CommandRefused):
    """Another driver holds the target."""


class ConnectFailed(Exception):
    """There is no controller to be had; the text says why in one sentence, and what to do next."""

    def __init__(self, message: str, exit_code: int = 3) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Observations(Protocol):
    """What AWS keeps about a target beside its traffic. All raise `CommandRefused`, with a sentence."""

    async def load(self, tab: Tab, subject: Subject, key: str | None = None) -> Page:
        """A tab's page, or what the row with a key opens."""
        ...

    async def ask(self, deed: Deed, subject: Subject, key: str) -> Form:
        """The form to fill in before something is done with the row of a key."""
        ...

    async def do(self, deed: Deed, subject: Subject, key: str, values: Values) -> str:
        """Do it. Whoever asked may go away meanwhile: what was begun is brought to its end."""
        ...

    async def describe(self, resource: Resource) -> Mapping[str, Any]:
        """A resource as AWS has it, as documents by what each part is."""
        ...


class Archives(Protocol):
    """What is past. All raise `CommandRefused`, with a sentence."""

    async def page(self, before: int | None = None) -> tuple[Summary, ...]:
        """A page of the rollouts on record, newest first: from the latest on, or from the one with the key `before`."""
        ...

    async def film(self, key: int) -> Film:
        """A rollout of a page, at every moment that is on record."""
        ...

    async def ask(self, target: str) -> Form:
        """What a replay of a target needs to know, filled in as far as can be known."""
        ...

    async def replay(self, target: str, values: Values) -> Film:
        """What would have been decided of past minutes, as the fields of `ask` have them."""
        ...


class GroupReleases(Protocol):
    """The manifest's groups. All raise `CommandRefused`, with a sentence."""

    async def ask(self, name: str) -> Form:
        """What is to be released."""
        ...

    async def start(self, name: str, values: Values) -> str:
        """Release a group, as the fields of `ask` have it; returns once its first wave has begun."""
        ...

    async def roll_back(self, name: str, ids: Sequence[str]) -> str:
        """Take these rollouts of a group back, promoted ones too; no further wave begins."""
        ...


class Controller(Protocol):
    """The controller as a screen sees it. It lives in the application's event loop, and outlives every screen."""

    clock: Clock

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        ...

    def subscribe(self, listener: Callable[[Snapshot], None]) -> None:
        """Call `listener` in the event loop with every new snapshot."""
        ...

    async def obey(self, command: Command) -> str:
        """Carry a command out and return the id of its rollout.

        Returns once the rollout's state has changed, not once AWS has. `Start` runs the preflight first.

        Raises:
            CommandRefused: with a sentence for the operator.
        """
        ...

    async def preflight(self, start: Start) -> tuple[Finding, ...]:
        """All that can be said of a start before it is made. It takes seconds, and changes nothing.

        Raises:
            CommandRefused: nothing can be said, with a sentence for the operator.
        """
        ...

    @property
    def observatory(self) -> Observations:
        """What AWS keeps beside the traffic, to be read when asked for."""
        ...

    @property
    def archive(self) -> Archives:
        """What is past, to be read when asked for."""
        ...

    @property
    def groups(self) -> GroupReleases:
        """The manifest's groups, to be released and taken back."""
        ...

    @property
    def workshop(self) -> Desk:
        """Where new services are made."""
        ...

    def at(self, place: str) -> Controller:
        """Of several sessions side by side, that of this name; otherwise this very one."""
        ...

    @property
    def place(self) -> str:
        """Of several sessions side by side, the name of the one in hand: that which `snapshot` is of."""
        ...

    def turn_to(self, place: str) -> None:
        """Take the session of this name in hand, or the next one where it is empty."""
        ...

    def look_at(self, target: str | None) -> None:
        """The operator looks at this target ("function:alias"), or this function ("function"): load and poll it."""
        ...

    async def refresh(self) -> None:
        """Poll everything now, without waiting for the next turn."""
        ...

    async def interrupt(self, why: str) -> None:
        """The process is told to end: bring every rollout to the end that its plan wants, and wait for it."""
        ...

    async def close(self) -> None:
        """End all pollers and drivers. Whatever is on a target stays there: ask before."""
        ...
