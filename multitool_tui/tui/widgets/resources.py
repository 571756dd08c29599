"""The resources: a filter, and the tree of functions drawn row by row, so that thousands cost a screenful."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.theme import Theme
from textual.widgets import Input

from multitool_tui.tui.messages import Arranged, Looked
from multitool_tui.tui.widgets.filter import FilterField
from multitool_tui.tui.widgets.lines import entitle
from multitool_tui.tui.widgets.rows import Rows
from multitool_tui.views import resources
from multitool_tui.views.resources import HOMES, Row, Tree
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import EMPTY, Line, Role, Span, line


class ResourceTree(Rows):
    """The rows, and what is folded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "fold", "Fold", show=False),
        Binding("right", "unfold", "Unfold", show=False),
    ]

    class Opened(Message):
        """A target was chosen with enter or a click."""

    def __init__(self) -> None:
        super().__init__(id="tree")
        self.needle = ""
        self.found = Tree()
        self._whole: Tree | None = None
        """What there is without a filter, as long as that is known."""
        self._folds: dict[str, bool] = {}
        self._scene: Scene | None = None
        self._target: str | None = None
        self._sought: str | None = None
        """A target whose row is not there yet."""

    def show(self, scene: Scene) -> None:
        """Draw this scene. The cursor stays on its row, and follows the target when that is changed elsewhere."""
        before, self._scene = self._scene, scene
        self.ascii_only = scene.ascii
        if before is None or not resources.looks_alike(before.snapshot, scene.snapshot):
            self._rebuild()
            if self._sought:
                self._put_cursor_on(self._sought)
        if scene.target != self._target:
            self._target = scene.target
            self._put_cursor_on(scene.target)

    def filter(self, needle: str) -> None:
        """Show only what the needle finds."""
        self.needle = needle
        self._take(self._whole if self._whole and not needle else self._sift())

    @property
    def row_count(self) -> int:
        return len(self.found.rows)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        rows = self.found.rows
        return rows[self.cursor] if self.cursor < len(rows) else None

    def _rebuild(self) -> None:
        """Something is there, or unfolded, that was not."""
        self._whole = None
        self._take(self._sift())

    def _sift(self) -> Tree:
        found = resources.tree(self._scene.snapshot if self._scene else None, self._folds, self.needle)
        if not self.needle:
            self._whole = found
        return found

    def _take(self, found: Tree) -> None:
        key = self.row.key if self.row else None
        before, self.found = self.found.rows, found
        rows = found.rows
        if key is not None and (self.row is None or self.row.key != key):
            self.cursor = next((number for number, row in enumerate(rows) if row.key == key), self.cursor)
        self.fit()
        if before != rows or not rows:
            self.refresh()

    def _put_cursor_on(self, target: str | None) -> None:
        self._sought = target
        if target is None or (self.row and self.row.target == target):
            self._sought = None
            return
        snapshot = self._scene.snapshot if self._scene else None
        home = resources.home_of(snapshot, target) if snapshot else ""
        if not self._folds.get(home) and any(row.home == home for row in self.found.rows):
            self._folds[home] = True
            self._rebuild()
        for number, row in enumerate(self.found.rows):
            if row.target == target:
                self._sought = None
                self.move_cursor(number)

    def landed(self) -> None:
        self._sought = None
        if self.row:
            if self.row.target:
                self._target = self.row.target
            self.post_message(Looked(self.row.looks_at, self.row.target))

    def action_fold(self) -> None:
        self._set_fold(unfolded=False)

    def action_unfold(self) -> None:
        self._set_fold(unfolded=True)

    def _set_fold(self, *, unfolded: bool) -> None:
        if self.row is None:
            return
        under = self.row.home
        self._folds[under] = unfolded
        self._rebuild()
        home = next(n for n, row in enumerate(self.found.rows) if row.home == under and row.kind in HOMES)
        if not unfolded or self.row is None:
            self.go(home)
        else:
            self.post_message(Looked(self.row.looks_at, self.row.target))

    def action_open(self) -> None:
        if self.row is None:
            return
        if self.row.kind in HOMES:
            self._set_fold(unfolded=not self.row.unfolded)
        elif self.row.target:
            self.go(self.cursor)
            self.post_message(self.Opened())

    def opens_at_once(self) -> bool:
        return self.row is not None and self.row.kind in HOMES

    # Drawing

    def line_at(self, number: int) -> Line:
        width = self.scrollable_content_region.width
        if self._scene is not None and not self.found.rows:
            said = resources.empty(self._scene, self.needle, width - 2)
            return line(" ", *said[number]) if number < len(said) else ()
        if number >= len(self.found.rows):
            return ()
        return resources.draw(self.found.rows[number], width)


class Resources(Vertical):
    """The pane: the filter's field, shown while it is used, above the tree."""

    def __init__(self) -> None:
        super().__init__(id="resources")
        self._scene: Scene | None = None

    def compose(self) -> ComposeResult:
        tree = ResourceTree()
        yield FilterField("filter: words, version:42, !word", tree)
        yield tree

    def on_mount(self) -> None:
        self._label()
        # The colours within the border's text are those of the theme that it was written under.
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, theme: Theme) -> None:
        del theme
        self._label()

    @property
    def listing(self) -> ResourceTree:
        """The rows."""
        return self.query_one(ResourceTree)

    def show(self, scene: Scene) -> None:
        """Draw this scene."""
        self._scene = scene
        self.listing.show(scene)
        self._label()

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._label()

    def open_filter(self) -> None:
        """Show the filter's field, and type there."""
        self.query_one(FilterField).open()

    def filter_by(self, needle: str) -> None:
        """Filter, and leave the focus where it is."""
        field = self.query_one(FilterField)
        field.display = True
        field.value = needle

    def close_filter(self) -> bool:
        """Clear and hide the filter. Returns whether there was one."""
        return self.query_one(FilterField).close()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.listing.filter(event.value)
        self.post_message(Arranged(needle=event.value))
        self._label()

    def _label(self) -> None:
        ascii_only = bool(self._scene and self._scene.ascii)
        note, faded = EMPTY, False
        if self._scene is not None:
            note, faded = resources.note(self._scene, self.listing.found, self.listing.needle)
        entitle(self, line(Span("Resources", Role.STRONG)), note, ascii_only=ascii_only)
        self.set_class(faded, "-faded")
