"""All rollouts at once, with the keys of the main screen for the one under the cursor."""

from __future__ import annotations

from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.theme import Theme
from textual.widgets import Input

from multitool_tui.clock import Clock
from multitool_tui.controller.snapshot import Group
from multitool_tui.tui.messages import Arranged, GroupBackAsked, GroupStartAsked, Looked, PlaceAsked
from multitool_tui.tui.screens.confirm import SafeConfirmScreen
from multitool_tui.tui.screens.steering import SteeringScreen
from multitool_tui.tui.widgets.bars import Bar, Header, Keys
from multitool_tui.tui.widgets.filter import FilterField
from multitool_tui.tui.widgets.lines import entitle
from multitool_tui.tui.widgets.rows import Rows
from multitool_tui.views import fleet
from multitool_tui.views.actions import BY_NAME, pressed_for
from multitool_tui.views.dialogs import group_question
from multitool_tui.views.fleet import Fleet, FleetRow, Sort
from multitool_tui.views.scene import Scene
from multitool_tui.views.table import Table
from multitool_tui.views.text import EMPTY, Line, clean, line


def _table(scene: Scene) -> Table[FleetRow]:
    return fleet.SIDE_BY_SIDE if scene.snapshot and scene.snapshot.places else fleet.TABLE


class FleetTable(Rows):
    """The rows. The cursor stays on its rollout while others come and go."""

    class Landed(Message):
        """The cursor is elsewhere."""

    def __init__(self) -> None:
        super().__init__(id="fleet-table")
        self.found = Fleet()
        self.needle = ""
        self.sort = Sort.ATTENTION
        self.unfolded: set[str] = set()
        self._scene: Scene | None = None
        self._sought: str | None = None

    def seek(self, target: str | None) -> None:
        """Have the cursor go to this target with the next scene."""
        self._scene, self._sought = None, target

    @property
    def row_count(self) -> int:
        return len(self.found.rows)

    @property
    def row(self) -> FleetRow | None:
        """The row under the cursor."""
        return self.found.rows[self.cursor] if self.cursor < len(self.found.rows) else None

    def show(self, scene: Scene) -> None:
        """Draw this scene."""
        before, self._scene = self._scene, scene
        self.ascii_only = scene.ascii
        if before is None or before.snapshot is not scene.snapshot or before.now.minute != scene.now.minute:
            sought, self._sought = self._sought, None
            self.rebuild(sought)

    def rebuild(self, target: str | None = None) -> None:
        """Take the rows anew; the cursor goes to `target`, or stays where it is."""
        if self._scene is None:
            return
        before = self.found.rows
        snapshot, here = self._scene.snapshot, self.row.key if self.row else None
        wanted = (clean(snapshot.place) if snapshot else "", target, False) if target else here
        self.found = fleet.fleet(self._scene, self.sort, self.needle, self.unfolded)
        self.cursor = next((n for n, row in enumerate(self.found.rows) if row.key == wanted), self.cursor)
        self.fit()
        if before != self.found.rows or not self.found.rows:
            self.refresh()

    @property
    def group(self) -> Group | None:
        """The group under the cursor, where it is on one."""
        row, snapshot = self.row, self._scene.snapshot if self._scene else None
        groups = snapshot.groups if snapshot and not self.is_elsewhere else ()
        return next((one for one in groups if row and row.is_group and clean(one.name) == row.group), None)

    def landed(self) -> None:
        if self.row and not self.row.error:
            if self.is_elsewhere:
                self.post_message(PlaceAsked(self.row.place))
            if not self.row.is_group:
                self.post_message(Looked(self.row.target, self.row.target))
        self.post_message(self.Landed())

    @property
    def is_elsewhere(self) -> bool:
        """Whether the row under the cursor is of another session than the one that is in hand."""
        snapshot = self._scene.snapshot if self._scene else None
        return bool(self.row and snapshot and self.row.place != clean(snapshot.place))

    def action_open(self) -> None:
        if group := self.group:
            self.unfolded ^= {(self.row.place if self.row else "") + group.name}
            self.rebuild()
            return
        if self.row and self.row.target:
            self.landed()
            self.screen.dismiss()

    def line_at(self, number: int) -> Line:
        if self._scene is None:
            return EMPTY
        if number < len(self.found.rows):
            return fleet.drawn(_table(self._scene), self.found.rows[number], self.scrollable_content_region.width)
        return fleet.empty(self._scene, self.needle) if number == 0 else EMPTY


class Heading(Bar):
    """The titles of the table's columns."""

    table: FleetTable

    def draw(self, scene: Scene, width: int) -> Line:
        return _table(scene).heading(width - 2, self.table.sort)


class Because(Bar):
    """Why the rollout under the cursor is where it is."""

    table: FleetTable

    def draw(self, scene: Scene, width: int) -> Line:
        return fleet.summary(self.table.row, scene, width)


class FleetScreen(SteeringScreen):
    """The table of all rollouts; enter goes to one of them, escape back."""

    LACKS = frozenset({"zoom", "fleet", "session"})

    def __init__(self, clock: Clock, scene: Scene, sort: str = "", needle: str = "") -> None:
        """`sort` and `needle`: as they were when one was here last."""
        super().__init__(clock, id="fleet")
        self.scene = self._given = scene
        self._table = FleetTable()
        self._table.sort = Sort(sort) if sort in list(Sort) else Sort.ATTENTION
        self._table.needle = needle

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Vertical(id="fleet-pane"):
            yield FilterField("filter: words, state:held, !word", self._table, self._table.needle)
            heading = Heading(id="fleet-heading")
            heading.table = self._table
            yield heading
            yield self._table
        because = Because(id="because")
        because.table = self._table
        yield because
        yield Keys(id="keys")

    def on_mount(self) -> None:
        self.open_on(self.scene)
        # The colours within the border's text are those of the theme that it was written under.
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def open_on(self, scene: Scene) -> None:
        """Show this scene, with the cursor on its target."""
        self._table.focus()
        self._table.seek(scene.target)
        self.show(scene)
        if self._table.is_elsewhere or self.scene.target != (self._table.row.target if self._table.row else None):
            self._table.landed()

    def _theme_changed(self, theme: Theme) -> None:
        del theme
        self._label()

    def show(self, scene: Scene) -> None:
        self._given = scene
        with self.app.batch_update():
            self._table.show(scene)
            # No key that acts on a target acts on another one than that under the cursor.
            beside = self._table.group or self._table.is_elsewhere
            self.scene = replace(scene, target=None) if beside else scene
            for bar in self.query(Bar):
                bar.show(self.scene)
            self._label()

    @on(FleetTable.Landed)
    def _landed(self) -> None:
        """From a target to a group, or back: what the keys act on is another."""
        self.show(self._given)

    def _label(self) -> None:
        table, pane = self._table, self.query_one("#fleet-pane")
        title, note = fleet.title(table.found, table.sort, table.needle), line("enter opens · esc goes back")
        entitle(pane, title, note, ascii_only=self.scene.ascii, width=self.size.width)

    def _again(self) -> None:
        self.post_message(Arranged(sort=self._table.sort.value, fleet_needle=self._table.needle))
        self._table.rebuild()
        self.show(self.scene)

    def action_sort(self) -> None:
        """By the next column."""
        self._table.sort = self._table.sort.next()
        self._again()
        self.query_one(Heading).refresh()

    # A group under the cursor

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "roll_back" and self._table.group:
            return True
        return super().check_action(action, parameters)

    def on_key(self, event: events.Key) -> None:
        """A group can be rolled back although no rollout is in hand."""
        if self._table.group and event.key in pressed_for(BY_NAME["roll_back"], self.scene):
            event.prevent_default()

    def action_new(self) -> None:
        if group := self._table.group:
            self.post_message(GroupStartAsked(group.name, self._place))
        else:
            super().action_new()

    def action_roll_back(self) -> None:
        group = self._table.group
        if group is None:
            super().action_roll_back()
            return
        asked = group_question(self.scene, group)
        if asked is None:
            sentence = f"Nothing of {group.name} is under way, or was promoted from here."
            self.notify(sentence, severity="warning")
            return
        (question, ids), place = asked, self._place

        def confirmed(yes: bool | None) -> None:  # noqa: FBT001 - the shape of Textual's callback
            if yes:
                self.post_message(GroupBackAsked(group.name, ids, place))

        self.app.push_screen(SafeConfirmScreen(question), confirmed)

    def action_filter(self) -> None:
        self.query_one(FilterField).open()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._table.needle = event.value
        self._again()

    def action_back(self) -> None:
        if not self.query_one(FilterField).close():
            self.dismiss()
