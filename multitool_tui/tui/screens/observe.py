"""What AWS keeps about the target in hand: a list of tabs, and the page of one. Read when opened, never polled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer

from multitool_tui.controller.observe.page import Form, Page
from multitool_tui.controller.observe.tab import Deed, Subject, Tab
from multitool_tui.controller.observe.tabs import TABS
from multitool_tui.controller.port import CommandRefused, Observations
from multitool_tui.tui.screens.base import FollowsScenes, Opens
from multitool_tui.tui.screens.form import FormScreen
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.widgets.bars import Header
from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.tui.widgets.page import Cursored, PageLines, TabList
from multitool_tui.views.actions import READ_ONLY
from multitool_tui.views.observe import desk
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Role, Span, line

_REST = 0.25
"""So many seconds the cursor rests on a tab before that is read."""


class ObserveScreen(FollowsScenes, Opens[None]):
    """Wide: the list beside the page. Narrow: one of the two. `esc` goes back, at last to the main screen."""

    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("R", "again", "Read again", id="main.refresh", show=False),
        Binding("question_mark", "help", "Help", id="main.help", show=False),
        Binding("tab", "switch", "Tabs and page", show=False),
    ]

    def __init__(self, scene: Scene, subject: Subject, observatory: Observations) -> None:
        super().__init__()
        self._scene, self._subject, self._observatory = scene, subject, observatory
        self._pages: dict[str, list[Page]] = {}
        """What was read of each tab: its page, and what was opened from that."""
        self._refused = ""
        self._resting: Timer | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        with Horizontal(id="body"):
            yield TabList(id="tabs")
            yield PageLines(id="page")
        yield Lines(id="keys")

    def on_mount(self) -> None:
        self._go(on_list=True)
        self.show(self._scene)
        self._turn_to()

    # What is shown

    @property
    def tab(self) -> Tab:
        """The tab under the cursor."""
        return TABS[self.query_one(TabList).cursor]

    @property
    def _opened(self) -> list[Page]:
        return self._pages.setdefault(self.tab.name, [])

    @property
    def _on_list(self) -> bool:
        return self.has_class("-on-list")

    def show(self, scene: Scene) -> None:
        """Follow the snapshots: the header, the age of the page, and the versions that serve."""
        self._scene = scene
        subject = desk.subject_of(scene)
        if subject and subject.name == self._subject.name:
            self._subject = subject
        self.query_one(Header).show(scene)
        for widget in self.query(Lines):
            widget.ascii_only = scene.ascii
        self._draw_frame()

    def _draw_frame(self) -> None:
        """Everything around the page."""
        page = self._opened[-1] if self._opened else None
        tabs, shown = self.query_one(TabList), self.query_one(PageLines)
        tabs.offer(desk.tab_lines(tabs.scrollable_content_region.width))
        tabs.entitle(line(Span("Observe", Role.STRONG)), ())
        shown.entitle(desk.title(self._subject, self.tab, page), desk.note(page, self._scene.now, busy=self._busy))
        keys = self.query_one("#keys", Lines)
        keys.set_lines(
            (
                desk.keys(
                    self.deeds(),
                    opens=bool(shown.row and shown.row.key and self.tab.look),
                    depth=len(self._opened) - 1,
                    on_list=self._on_list,
                    read_only=self._read_only,
                    width=keys.size.width,
                ),
            )
        )

    def _draw_page(self) -> None:
        shown = self.query_one(PageLines)
        if self._refused:
            shown.show_sentence(self._refused)
        elif self._opened:
            shown.show_page(self._opened[-1])
        else:
            shown.show_sentence("")
        self._draw_frame()

    def on_resize(self, event: events.Resize) -> None:
        del event
        self.call_after_refresh(self._draw_frame)

    def on_descendant_focus(self) -> None:
        if self.is_mounted:
            self._draw_frame()

    # Reading

    @on(Cursored.Moved, "#tabs")
    def _passing(self) -> None:
        self._refused = ""
        if self._resting:
            self._resting.stop()
        self._draw_page()
        if not self._opened:
            self._resting = self.set_timer(_REST, self._turn_to)

    def _turn_to(self) -> None:
        if not self._opened:
            self._read(None, 0)

    @on(Cursored.Opened, "#tabs")
    def _into(self) -> None:
        self._turn_to()
        self._go(on_list=False)

    @on(Cursored.Moved, "#page")
    def _moved(self) -> None:
        self._draw_frame()

    @on(Cursored.Opened, "#page")
    def _open(self) -> None:
        row = self.query_one(PageLines).row
        if row and row.key and self.tab.look:
            self._read(row.key, len(self._opened))

    def action_again(self) -> None:
        """Read again what is shown."""
        opened = self._opened
        self._read(opened[-1].key if opened else None, max(0, len(opened) - 1))

    def _read(self, key: str | None, depth: int) -> None:
        """Read what is to stand at this depth of the tab; whatever was being read is given up."""
        self._refused, self._busy = "", True
        self._draw_frame()
        self.run_worker(self._reading(self.tab, key, depth), exclusive=True, group="reading")

    async def _reading(self, tab: Tab, key: str | None, depth: int) -> None:
        try:
            page = await self._observatory.load(tab, self._subject, key)
        except CommandRefused as refused:
            page, said = None, str(refused)
        else:
            said = ""
        if tab is not self.tab:
            return
        self._busy = False
        if page is None and self._opened:
            # What was read before stays, and says how old it is.
            self.notify(said, severity="warning")
            self._draw_frame()
            return
        self._refused = said
        if page is not None:
            self._opened[depth:] = [page]
        self._draw_page()

    # Doing

    @property
    def _read_only(self) -> bool:
        return bool(self._scene.snapshot and self._scene.snapshot.read_only)

    def deeds(self) -> tuple[Deed, ...]:
        """What can be done from here now."""
        row = self.query_one(PageLines).row if self.is_mounted else None
        key = row.key if row else None
        return tuple(deed for deed in self.tab.deeds if deed.is_for(key))

    def on_key(self, event: events.Key) -> None:
        if self._on_list:
            return
        for deed in self.deeds():
            if event.key == deed.key:
                event.stop()
                self.begin(deed)

    def begin(self, deed: Deed) -> None:
        """Ask for what a deed needs."""
        if deed.changes and self._read_only:
            self.notify(READ_ONLY, severity="warning")
            return
        row = self.query_one(PageLines).row
        key = row.key if row and deed.of is not None else ""
        self.run_worker(self._asking(deed, key), exclusive=True, group="asking")

    async def _asking(self, deed: Deed, key: str) -> None:
        self._busy = True
        self._draw_frame()
        try:
            form = await self._observatory.ask(deed, self._subject, key)
        except CommandRefused as refused:
            self.notify(str(refused), severity="warning")
        else:
            self._ask(deed, key, form)
        self._busy = False
        self._draw_frame()

    def _ask(self, deed: Deed, key: str, form: Form) -> None:
        async def submit(values: Mapping[str, str]) -> str:
            return await self._observatory.do(deed, self._subject, key, values)

        def done(said: str | None) -> None:
            if said is not None:
                self.notify(said)
                if deed.changes:
                    self.action_again()

        self.app.push_screen(FormScreen(form, submit), done)

    def commands(self) -> Iterable[SystemCommand]:
        """For the palette: every tab, and what can be done from this one now."""
        for deed in self.deeds():
            yield SystemCommand(deed.label, f"{self.tab.title}: {deed.key}", partial(self.begin, deed))
        for number, tab in enumerate(TABS):
            yield SystemCommand(tab.title, f"Observe: {tab.about}", partial(self.turn_to, number))

    def turn_to(self, number: int) -> None:
        """Show a tab."""
        self.query_one(TabList).put(number)
        self._into()

    # Moving

    def action_back(self) -> None:
        if self._on_list:
            self.dismiss(None)
        elif len(self._opened) > 1:
            self._opened.pop()
            self._draw_page()
        else:
            self._go(on_list=True)

    def action_switch(self) -> None:
        """From the list to the page, and back."""
        self._go(on_list=not self._on_list)

    def _go(self, *, on_list: bool) -> None:
        """To the list, or to the page; on a narrow terminal the other one goes."""
        self.set_class(on_list, "-on-list")
        to: Cursored = self.query_one(TabList) if on_list else self.query_one(PageLines)
        self.call_after_refresh(to.focus)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self._scene, "tabs" if self._on_list else "page"))
