"""What goes up from screens and panes to the application."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from multitool_tui.controller.commands import Command
    from multitool_tui.controller.observe.describing import Resource
    from multitool_tui.controller.snapshot import Snapshot


class SnapshotArrived(Message):
    """The controller knows something new. Only the latest one matters."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, SnapshotArrived)


class Looked(Message):
    """The cursor of the resources is on something: `at` is to be loaded, `target` (if any) to be shown."""

    def __init__(self, at: str, target: str | None) -> None:
        self.at = at
        self.target = target
        super().__init__()


class Obey(Message):
    """The operator gives a command.

    `answer` is called with None once it is obeyed, or with the sentence of its refusal; without it, a refusal becomes a
    notification.
    """

    def __init__(
        self, command: Command, answer: Callable[[str | None], None] | None = None, *, place: str = ""
    ) -> None:
        """`place`: of which session, where there are several."""
        self.command = command
        self.answer = answer
        self.place = place
        super().__init__()


class StartAsked(Message):
    """The operator wants to start a rollout."""


class SetupAsked(Message):
    """The operator wants to make a new service."""


class ObserveAsked(Message):
    """The operator wants to see what AWS keeps about the target."""


class RefreshAsked(Message):
    """The operator wants everything read again now."""


class DescribeAsked(Message):
    """The operator wants to see a resource as AWS has it."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        super().__init__()


class Arranged(Message):
    """The operator has arranged a screen in another way: fields of `tui.memory.Place`."""

    def __init__(self, **changes: str) -> None:
        self.changes = changes
        super().__init__()


class FleetAsked(Message):
    """The operator wants to see all rollouts at once."""


class HistoryAsked(Message):
    """The operator wants to see past rollouts."""


class ReplayAsked(Message):
    """The operator wants to see what would have been decided of a target's past."""

    def __init__(self, target: str) -> None:
        self.target = target
        super().__init__()


class GroupStartAsked(Message):
    """The operator wants to start a group of the manifest."""

    def __init__(self, name: str, place: str) -> None:
        self.name, self.place = name, place
        super().__init__()


class GroupBackAsked(Message):
    """The operator wants these rollouts of a group taken back."""

    def __init__(self, name: str, ids: tuple[str, ...], place: str) -> None:
        self.name, self.ids, self.place = name, ids, place
        super().__init__()


class PlaceAsked(Message):
    """The operator wants another session in hand: that of this name, or the next one where it is empty."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        super().__init__()
