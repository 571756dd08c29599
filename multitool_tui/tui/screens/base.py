"""What screens of ours have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.geometry import Size

    from multitool_tui.views.scene import Scene

Result = TypeVar("Result")


class Opens(Screen[Result]):
    """A screen that opens, and has others open over it, without what Textual does twice then.

    Each screen that opens has all that lie below it laid out anew, and itself too, once it has been told its size; and
    its styles are worked out again, which it was made with. And where the focus goes elsewhere, all of the screen would
    be painted again, although both widgets see to that themselves.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    _worn_last: tuple[object, ...] | None = None
    """What its styles came from when it was on top last; None while it has never been below, or gone."""

    def _screen_resized(self, size: Size) -> None:
        if size != self._compositor.size:
            super()._screen_resized(size)

    def on_screen_suspend(self) -> None:
        self._worn_last = self._worn

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        event.refresh_styles = event.refresh_styles and self._worn_last not in (None, self._worn)

    @property
    def _worn(self) -> tuple[object, ...]:
        return self.app.theme, self.app.classes


class FollowsScenes:
    """A screen that is shown every new scene."""

    def show(self, scene: Scene) -> None:
        """Draw this scene."""
        raise NotImplementedError

    def commands(self) -> Iterable[SystemCommand]:
        """What the palette has of this screen."""
        return ()


class Dialog(ModalScreen[Result], Opens[Result]):
    """A dialog: escape closes it without a result, left and right go from button to button."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("left", "app.focus_previous", "Previous", show=False),
        Binding("right", "app.focus_next", "Next", show=False),
    ]

    def action_close(self) -> None:
        self.dismiss(None)
