"""What screens of ours have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from multitool_tui.views.scene import Scene

Result = TypeVar("Result")


class FollowsScenes:
    """A screen that is shown every new scene."""

    def show(self, scene: Scene) -> None:
        """Draw this scene."""
        raise NotImplementedError

    def commands(self) -> Iterable[SystemCommand]:
        """What the palette has of this screen."""
        return ()


class Dialog(ModalScreen[Result]):
    """A dialog: escape closes it without a result, left and right go from button to button."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
    ]

    def action_close(self) -> None:
        self.dismiss(None)
