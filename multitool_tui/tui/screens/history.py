"""Past rollouts, newest first. The journal is read page by page, beside everything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.theme import Theme
from textual.widgets import Input

from multitool_tui.controller.launcher import place_of
from multitool_tui.controller.port import Archives, CommandRefused
from multitool_tui.tui.messages import ReplayAsked
from multitool_tui.tui.screens.base import FollowsScenes, Opens
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.screens.past import PastScreen
from multitool_tui.tui.widgets.bars import Header
from multitool_tui.tui.widgets.filter import FilterField
from multitool_tui.tui.widgets.lines import Lines, entitle
from multitool_tui.tui.widgets.rows import Rows
from multitool_tui.views import past
from multitool_tui.views.past import PastRow
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Line

_KEYS = (
    ("enter", "Open"),
    ("filter", "Filter"),
    ("replay", "What if"),
    ("refresh", "Read again"),
    ("help", "Help"),
    ("esc", "Back"),
)


class HistoryTable(Rows):
    """The rows that the filter leaves. The cursor stays on its rollout while more are read."""

    def __init__(self) -> None:
        super().__init__(id="history-table")
        self.rows: list[PastRow] = []
        self.found: tuple[PastRow, ...] = ()
        self.needle = ""
        self.complete = False
        self.refused = ""

    @property
    def row_count(self) -> int:
        return len(self.found)

    @property
    def row(self) -> PastRow | None:
        """The row under the cursor."""
        return self.found[self.cursor] if self.cursor < len(self.found) else None

    def clear(self) -> None:
        """Have no rows, and be on the first one that comes."""
        self.rows, self.found = [], ()
        self.move_cursor(0)
        self.fit()

    def rebuild(self) -> None:
        """Take the rows anew."""
        key = self.row.key if self.row else None
        self.found = past.kept(self.rows, self.needle)
        self.cursor = next((n for n, row in enumerate(self.found) if row.key == key), 0)
        self.fit()
        self.refresh()
        self.landed()

    def landed(self) -> None:
        if isinstance(self.screen, HistoryScreen):
            self.screen.label()

    def action_open(self) -> None:
        if self.row and isinstance(self.screen, HistoryScreen):
            self.screen.open_row(self.row)

    def line_at(self, number: int) -> Line:
        width = self.scrollable_content_region.width
        if not self.found:
            said = past.empty(self.needle, self.refused, width, complete=self.complete)
            return said[number] if number < len(said) else ()
        return past.TABLE.draw(self.found[number], width) if number < len(self.found) else ()


class HistoryScreen(FollowsScenes, Opens[None]):
    """The table; enter opens one, escape goes back."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("slash", "filter", "Filter", id="main.filter", show=False),
        Binding("W", "replay", "What if", id="main.replay", show=False),
        Binding("R", "again", "Read again", id="main.refresh", show=False),
        Binding("question_mark", "help", "Help", id="main.help", show=False),
    ]

    def __init__(self, scene: Scene, archive: Archives) -> None:
        super().__init__(id="history")
        self._scene, self._archive = scene, archive
        self._table = HistoryTable()

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Vertical(id="fleet-pane"):
            yield FilterField("filter: words, state:rolled, target:checkout, !word", self._table)
            yield Lines(id="heading")
            yield self._table
        yield Lines(id="because")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.open_on(self._scene, self._archive)

    def open_on(self, scene: Scene, archive: Archives) -> None:
        """Read the journal as if for the first time."""
        self._scene, self._archive = scene, archive
        self._table.clear()
        self._table.focus()
        self.action_again()

    def _theme_changed(self, theme: Theme) -> None:
        del theme
        self.label()

    def on_resize(self) -> None:
        self.call_after_refresh(self.label)

    def show(self, scene: Scene) -> None:
        """Follow the snapshots: they are in the header alone."""
        self._scene = scene
        self.query_one(Header).show(scene)
        for widget in self.query(Lines):
            widget.ascii_only = scene.ascii

    def label(self) -> None:
        """Everything around the rows."""
        self.show(self._scene)
        table, pane, width = self._table, self.query_one("#fleet-pane"), self.app.size.width
        said = past.title(
            len(table.found), len(table.rows), table.needle, complete=table.complete or table.refused != ""
        )
        entitle(pane, said, ascii_only=self._scene.ascii, width=width)
        self.query_one("#heading", Lines).set_lines((past.TABLE.heading(width - 4),))
        self.query_one("#because", Lines).set_lines((past.because(table.row, width - 4),))
        self.query_one("#keys", Lines).set_lines((past.keys(_KEYS, self._scene, width),))

    # Reading

    def action_again(self) -> None:
        """Read the journal anew."""
        self._table.complete, self._table.refused = False, ""
        self.label()  # before it is painted for the first time
        self.run_worker(self._reading(), exclusive=True, group="reading")

    async def _reading(self) -> None:
        """Page by page: the first one is on the screen before the next is asked for."""
        table, rows = self._table, list[PastRow]()
        before: int | None = None
        try:
            while page := await self._archive.page(before):
                rows += (past.past_row(one, self._scene.now) for one in page)
                before = page[-1].key
                table.rows = rows
                table.rebuild()
        except CommandRefused as refused:
            table.refused = str(refused)
            if table.rows:
                self.notify(table.refused, severity="warning")
        else:
            table.rows, table.complete = rows, True
        table.rebuild()

    def open_row(self, row: PastRow) -> None:
        """Show one rollout as it was."""
        self.run_worker(self._opening(row), exclusive=True, group="opening")

    async def _opening(self, row: PastRow) -> None:
        try:
            film = await self._archive.film(row.key)
        except CommandRefused as refused:
            self.notify(str(refused), severity="warning")
        else:
            self.app.push_screen(PastScreen(film, self._scene))

    # Keys

    def action_filter(self) -> None:
        self.query_one(FilterField).open()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._table.needle = event.value
        self._table.rebuild()

    def action_replay(self) -> None:
        row, caller = self._table.row, self._scene.snapshot.caller if self._scene.snapshot else None
        if row is None:
            return
        if caller is None or row.place != place_of(caller):
            sentence = f"That rollout was in {row.place}: start MultiTool there to replay it."
            self.notify(sentence, severity="warning")
            return
        self.post_message(ReplayAsked(row.target))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self._scene))

    def action_back(self) -> None:
        if not self.query_one(FilterField).close():
            self.dismiss(None)

    def commands(self) -> Iterable[SystemCommand]:
        """For the palette."""
        yield SystemCommand("Open", "History: show the rollout under the cursor as it was", self._table.action_open)
        yield SystemCommand("What if", "History: replay the target under the cursor", self.action_replay)
        yield SystemCommand("Read again", "History: read the journal anew", self.action_again)
