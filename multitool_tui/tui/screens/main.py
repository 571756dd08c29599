"""The main screen: the panes, and the keys that act on what they show."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from multitool_tui.clock import Clock
from multitool_tui.tui.messages import Arranged
from multitool_tui.tui.screens.skeleton import BREAKPOINTS, TALL_BREAKPOINTS
from multitool_tui.tui.screens.steering import SteeringScreen
from multitool_tui.tui.screens.zoom import Zooms
from multitool_tui.tui.widgets.alarms import Alarms
from multitool_tui.tui.widgets.bars import AlarmStrip, Bar, Header, Keys
from multitool_tui.tui.widgets.events import Events
from multitool_tui.tui.widgets.evidence import Evidence
from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.tui.widgets.resources import Resources, ResourceTree
from multitool_tui.tui.widgets.split import Split, SplitBesideDrawer
from multitool_tui.tui.widgets.tour import Tour
from multitool_tui.views.scene import Scene

if TYPE_CHECKING:
    from multitool_tui.controller.observe.describing import Resource

WIDE = BREAKPOINTS[1][0]
PANES = {
    "resources": "Resources",
    "split": "Traffic split",
    "evidence": "Evidence",
    "alarms": "Alarms",
    "events": "Events",
}
"""By their ids, in the order of their numbers."""


class MainScreen(Zooms, SteeringScreen):
    """All panes at once. Narrow terminals keep resources and alarms in a drawer that tab brings in."""

    LACKS = frozenset({"sort"})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"go('{pane}')", title, show=False)
        for number, (pane, title) in enumerate(PANES.items(), 1)
    ]
    AUTO_FOCUS = ""
    CSS_PATH: ClassVar = [f"../styles/{name}.tcss" for name in ("dialogs", "observe", "setup")]  # of what opens over it
    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    VERTICAL_BREAKPOINTS = TALL_BREAKPOINTS

    def __init__(self, clock: Clock, title_hint: str = "") -> None:
        super().__init__(clock, id="main")
        self._hint = title_hint
        self._narrow = False

    def compose(self) -> ComposeResult:
        header = Header(id="header")
        header.hint = self._hint
        yield header
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Resources()
                yield Alarms(id="alarms")
            with Vertical(id="right"):
                yield SplitBesideDrawer(id="split")
                yield Evidence(id="evidence")
                yield AlarmStrip(id="strip")
                yield Events(id="events")
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.show(self.scene)
        # On a narrow terminal nothing has the focus at first: tab then goes to the drawer.
        if self.app.size.width >= WIDE:
            self.query_one(ResourceTree).focus()

    def on_resize(self, event: events.Resize) -> None:
        """When the terminal becomes narrow, the drawer does not stay open over what one was looking at."""
        was_narrow, self._narrow = self._narrow, event.size.width < WIDE
        if self._narrow and not was_narrow and isinstance(self.focused, ResourceTree):
            self.set_focus(None)

    def show(self, scene: Scene) -> None:
        """Draw this scene in every pane; each repaints only what is different."""
        self.scene = scene
        with self.app.batch_update():
            for widget in self.query(Widget):
                if isinstance(widget, Pane | Bar | Resources):
                    widget.show(scene)

    def restore(self, zoomed: str, needle: str) -> None:
        """Filter the resources, and zoom a pane, as it was before."""
        if needle:
            self.query_one(Resources).filter_by(needle)
        if zoomed in PANES:
            self.action_go(zoomed)
            self.zoom(self.query_one(f"#{zoomed}"))

    def commands(self) -> Iterable[SystemCommand]:
        yield SystemCommand("Tour", "What is where on this screen, in a few steps", self.begin_tour)
        for number, (pane, title) in enumerate(PANES.items(), 1):
            yield SystemCommand(f"Go to {title}", f"Give that pane the focus: {number}", partial(self.action_go, pane))

    def action_go(self, name: str) -> None:
        """To a pane; where one is zoomed, that one is zoomed in its place."""
        pane = self.query_one(f"#{name}")
        zoomed = self.unzoom()
        (pane.listing if isinstance(pane, Resources) else pane).focus()
        if zoomed:
            self.zoom(pane)

    def action_filter(self) -> None:
        self.unzoom()
        self.query_one(Resources).open_filter()

    @on(ResourceTree.Opened)
    def _opened(self) -> None:
        if self.app.size.width < WIDE:
            self.query_one(Split).focus()

    def resource(self) -> Resource | None:
        from multitool_tui.views.describe import of_row

        tree = self.query_one(ResourceTree)
        if tree.has_focus and tree.row and self.scene.snapshot:
            return of_row(tree.row, self.scene.snapshot)
        return super().resource()

    def zoom(self, pane: Widget) -> None:
        super().zoom(pane)
        self.post_message(Arranged(zoomed=pane.id or ""))

    def unzoom(self) -> bool:
        if was := super().unzoom():
            self.post_message(Arranged(zoomed=""))
        return was

    async def begin_tour(self) -> None:
        """Show what is where; once more, from the beginning."""
        self.unzoom()
        await self.query(Tour).remove()
        await self.mount(Tour(self.scene))

    @on(Tour.Over)
    def action_end_tour(self) -> None:
        """Away with it, and the focus to where it is without one."""
        self.query(Tour).remove()
        if self.app.size.width >= WIDE:
            self.query_one(ResourceTree).focus()
        else:
            self.set_focus(None)

    def action_back(self) -> None:
        if self.query(Tour):
            self.action_end_tour()
            return
        if self.unzoom() or self.query_one(Resources).close_filter():
            return
        if self.app.size.width < WIDE:
            self.set_focus(None)
