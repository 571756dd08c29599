"""The resource under the cursor as AWS has it, and the rollout on it: YAML or JSON, searched, copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from multitool_tui.controller.observe.describing import Resource
from multitool_tui.controller.port import CommandRefused, Observations
from multitool_tui.tui.screens.base import FollowsScenes, Opens
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.widgets.bars import Header
from multitool_tui.tui.widgets.lines import Lines, entitle
from multitool_tui.views import describe
from multitool_tui.views.describe import Sheet
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import EMPTY, Line, Role, Span, clean, crop, line

_KEYS = (
    ("esc", "Back"),
    ("y", "YAML, JSON"),
    ("/", "Search"),
    ("n N", "Next, previous"),
    ("c", "Copy"),
    ("R", "Again"),
)


class Sheets(Lines, can_focus=True):
    """The text. The keys that scroll everything scroll it."""


class DescribeScreen(FollowsScenes, Opens[None]):
    """Reads when it is opened, and again when it is told to; the rollout in it follows the snapshots."""

    AUTO_FOCUS = "#sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("y", "format", "YAML or JSON", id="main.describe", show=False),
        Binding("slash", "search", "Search", id="main.filter", show=False),
        Binding("n", "next(1)", "Next", show=False),
        Binding("N", "next(-1)", "Previous", show=False),
        Binding("c", "copy", "Copy", id="main.copy", show=False),
        Binding("R", "again", "Read again", id="main.refresh", show=False),
        Binding("question_mark", "help", "Help", id="main.help", show=False),
    ]

    def __init__(self, scene: Scene, resource: Resource, observatory: Observations) -> None:
        super().__init__()
        self._scene, self._resource, self._observatory = scene, resource, observatory
        self._read: Mapping[str, Any] | None = None
        self._said = "reading…"
        self._json = False
        self._text = ""
        self._sheet = Sheet(())
        self._at = 0

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Vertical(id="sheet-pane"):
            yield Input(placeholder="search", id="sought", compact=True)
            yield Sheets(id="sheet")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        self.query_one("#sought", Input).display = False
        self.show(self._scene)
        self.action_again()

    def on_resize(self, event: events.Resize) -> None:
        del event
        self.call_after_refresh(self._draw)

    def show(self, scene: Scene) -> None:
        self._scene = scene
        self.query_one(Header).show(scene)
        for widget in self.query(Lines):
            widget.ascii_only = scene.ascii
        self._draw()

    def _draw(self) -> None:
        lines, box = self.query_one(Sheets), self.query_one("#sheet-pane")
        needle = self.query_one("#sought", Input).value
        width = lines.scrollable_content_region.width
        if self._read is None:
            self._text, self._sheet = "", Sheet((line(Span(self._said, Role.DIM)),))
        else:
            shown = describe.document(self._read, self._resource, self._scene)
            self._text = describe.written(shown, as_json=self._json)
            self._sheet = describe.sheet(self._text, width, needle)
        lines.set_lines(self._sheet.lines)
        title = line(
            Span(clean(self._resource.name), Role.STRONG), Span(f" · {'JSON' if self._json else 'YAML'}", Role.DIM)
        )
        entitle(box, title, self._note(needle), ascii_only=self._scene.ascii)
        keys = self.query_one("#keys", Lines)
        spans = [part for key, word in _KEYS for part in (" ", Span(key, Role.KEY), f" {word} ")]
        keys.set_lines((crop(line(*spans), keys.size.width),))

    def _note(self, needle: str) -> Line:
        if needle and self._read is not None:
            found = self._sheet.found
            said = f"{min(self._at + 1, len(found))} of {len(found)} lines" if found else "nothing found"
            return line(Span(said, Role.ACCENT if found else Role.WARN))
        return line(Span(self._said, Role.DIM)) if self._said and self._read is not None else EMPTY

    # Reading

    def action_again(self) -> None:
        """Read it now."""
        self._said = "reading…"
        self.run_worker(self._reading(), exclusive=True)

    async def _reading(self) -> None:
        try:
            self._read = await self._observatory.describe(self._resource)
            self._said = ""
        except CommandRefused as refused:
            self._said = str(refused)
        self._draw()

    # Searching

    def action_search(self) -> None:
        field = self.query_one("#sought", Input)
        field.display = True
        field.focus()

    @on(Input.Changed, "#sought")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._at = 0
        self._draw()
        self._go()

    @on(Input.Submitted, "#sought")
    def _searched(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = bool(event.value)
        self.query_one(Sheets).focus()

    def action_next(self, by: int) -> None:
        """To the next place, and from the last to the first."""
        if self._sheet.found:
            self._at = (self._at + by) % len(self._sheet.found)
            self._draw()
            self._go()

    def _go(self) -> None:
        if self._sheet.found:
            lines = self.query_one(Sheets)
            lines.scroll_to(y=max(0, self._sheet.found[self._at] - lines.size.height // 2), animate=False, force=True)

    # The rest

    def action_format(self) -> None:
        """YAML becomes JSON, and the other way round."""
        self._json = not self._json
        self._draw()

    def action_copy(self) -> None:
        if self._text:
            self.app.copy_to_clipboard(self._text)
            self.notify(f"Copied: {len(self._text.splitlines())} lines of {clean(self._resource.name)}")

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self._scene, "sheet"))

    def action_back(self) -> None:
        field = self.query_one("#sought", Input)
        if field.display or field.value:
            field.value, field.display = "", False
            self.query_one(Sheets).focus()
        else:
            self.dismiss(None)
