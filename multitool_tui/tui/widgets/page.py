"""A page of a tab, with a cursor on its rows; and the list of tabs."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from multitool_tui.controller.observe.page import Page, Picture, Row
from multitool_tui.tui.widgets.lines import Lines, entitle
from multitool_tui.views.observe.page import Laid, lay_out, picture_size
from multitool_tui.views.observe.png import HalfBlocks, half_blocks
from multitool_tui.views.text import Line, Role, clean, wrap

_CELL = "▀"


class Cursored(Lines, can_focus=True):
    """Lines with a cursor on some of them. Where there are none of these, the keys scroll."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"cursored--here"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "to(0)", "First", show=False),
        Binding("end", "to(-1)", "Last", show=False),
        Binding("enter,right", "open", "Open", show=False),
    ]

    class Moved(Message):
        """The cursor is elsewhere."""

        def __init__(self, widget: Cursored) -> None:
            self.widget = widget
            super().__init__()

        @property
        def control(self) -> Cursored:
            return self.widget

    class Opened(Moved):
        """Enter, or a click, on where the cursor is."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self.cursor = 0
        self.stops: tuple[int, ...] = ()
        """The lines on which the cursor can be."""

    def base_style(self, number: int) -> Style:
        if self.stops and number == self.stops[self.cursor]:
            return self.get_component_rich_style("cursored--here")
        return super().base_style(number)

    def action_move(self, by: int) -> None:
        if not self.stops:
            self.scroll_relative(y=by, animate=False)
            return
        moved = self.cursor + by
        if 0 <= moved < len(self.stops):
            self.put(moved)
        else:
            self.scroll_relative(y=by, animate=False)  # what stands above the first row and below the last

    def action_page(self, by: int) -> None:
        if self.stops:
            self.put(max(0, min(len(self.stops) - 1, self.cursor + by * max(1, self.size.height - 2))))
        self.scroll_relative(y=by * max(1, self.size.height - 2), animate=False)

    def action_to(self, end: int) -> None:
        if self.stops:
            self.put(len(self.stops) - 1 if end else 0)
        self.scroll_end(animate=False) if end else self.scroll_home(animate=False)

    def action_open(self) -> None:
        if self.stops:
            self.post_message(self.Opened(self))

    def put(self, cursor: int) -> None:
        """Put the cursor on a stop, and bring it into sight."""
        if cursor != self.cursor:
            self.cursor = cursor
            self.refresh()
            self.post_message(self.Moved(self))
        self.scroll_to_region(Region(0, self.stops[cursor], 1, 1), animate=False, force=True, x_axis=False)

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if number in self.stops:
            self.put(self.stops.index(number))
            self.action_open()

    def entitle(self, title: Line, note: Line) -> None:
        """Write into the border."""
        entitle(self, title, note, ascii_only=self.ascii_only)


class TabList(Cursored):
    """The names of the tabs."""

    def offer(self, lines: tuple[Line, ...]) -> None:
        self.stops = tuple(range(len(lines)))
        self.set_lines(lines)


class PageLines(Cursored):
    """A page, or the sentence that stands in its place."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._page: Page | None = None
        self._laid = Laid(())
        self._sentence = ""
        self._drawn: dict[int, HalfBlocks] = {}

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._laid.rows[self.cursor][1] if self._laid.rows else None

    def show_page(self, page: Page) -> None:
        """Draw a page; the cursor stays on its row where that is still there."""
        before = self.row.key if self.row and self._page and self._page.title == page.title else ""
        self._page, self._sentence, self._drawn = page, "", {}
        self.cursor = 0
        self._lay()
        keys = [row.key for _, row in self._laid.rows]
        if before in keys:
            self.put(keys.index(before))
        else:
            self.scroll_home(animate=False)

    def show_sentence(self, sentence: str) -> None:
        """Draw a sentence in the place of a page."""
        self._page, self._sentence = None, sentence
        self.cursor = 0
        self._lay()

    def _lay(self) -> None:
        region = self.scrollable_content_region
        if not region.width:
            return
        if self._page is None:
            role = Role.WARN if self._sentence else Role.DIM
            self._laid = Laid(wrap(clean(self._sentence) or "reading…", region.width, role=role))
        else:
            self._laid = lay_out(self._page, region.width, region.height, ascii_only=self.ascii_only, bordered=True)
        self.stops = tuple(at for at, _ in self._laid.rows)
        self.set_lines(self._laid.lines)
        self.refresh()
        if self._laid.pictures:
            self.run_worker(self._draw_pictures(), exclusive=True, group="pictures")

    async def _draw_pictures(self) -> None:
        """Pictures take a moment to be read: that is done beside everything else."""
        page, laid, region = self._page, self._laid, self.scrollable_content_region
        columns, lines = picture_size(region.width, region.height)
        for at, picture in laid.pictures:
            drawn = await asyncio.to_thread(_drawn, picture, columns, lines, self._colourless)
            if page is not self._page or laid is not self._laid:
                return
            if isinstance(drawn, str):
                said = wrap(drawn, region.width, role=Role.WARN)
                self.set_lines((*laid.lines[:at], *said, *laid.lines[at + len(said) :]))
            else:
                self._drawn[at] = drawn
                self.refresh()

    @property
    def _colourless(self) -> bool:
        return self.ascii_only or self.app.no_color

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        for at, drawn in self._drawn.items():
            if at <= number < at + len(drawn):
                cells = [
                    Segment(_CELL, Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower)))
                    for upper, lower in drawn[number - at]
                ]
                return Strip(cells).adjust_cell_length(self.size.width, self.rich_style)
        return super().render_line(y)

    def fit(self) -> None:
        self._drawn = {}
        self._lay()


def _drawn(picture: Picture, columns: int, lines: int, colourless: bool) -> HalfBlocks | str:  # noqa: FBT001 - for a thread
    if colourless:
        return "A picture is made of colours, which this terminal is not to show: it can be saved."
    try:
        return half_blocks(picture.png, columns, lines)
    except ValueError as error:
        return str(error)
