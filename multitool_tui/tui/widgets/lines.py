"""A widget of lines: it draws spans with roles, each line on its own, and repaints only lines that changed."""

from __future__ import annotations

from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

from multitool_tui.tui.roles import app_of
from multitool_tui.views.glyphs import plain_ascii
from multitool_tui.views.text import EMPTY, Line, crop


def entitle(
    widget: Widget, title: Line, note: Line = EMPTY, *, ascii_only: bool, width: int | None = None, link: str = ""
) -> None:
    """Write a title and a note into a widget's border, of so many cells where it is not laid out yet.

    Textual paints all of a widget again with its title: what it says already is not written.
    """
    room = max(0, (widget.outer_size.width if width is None else width) - 4)  # the corners, and a space beside each
    above = as_content(widget, crop(title, room), ascii_only=ascii_only)
    above = above.stylize(VisualStyle(link=link)) if link else above
    below = as_content(widget, crop(note, room), ascii_only=ascii_only)
    if above.markup != (widget.border_title or ""):
        widget.border_title = above
    if below.markup != (widget.border_subtitle or ""):
        widget.border_subtitle = below if note else None


def as_content(widget: Widget, spans: Line, *, ascii_only: bool = False) -> Content:
    """A line as Textual's own kind of text, for borders and labels. Never parsed as markup."""
    look = app_of(widget).look
    return Content.assemble(
        *(Content.styled(plain_ascii(span.text) if ascii_only else span.text, look(span.role)[1]) for span in spans)
    )


class Lines(ScrollView, can_focus=False):
    """Lines of spans, scrolled when they do not fit. Not focusable by itself."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self._fitted = Size()
        self._below = Style()
        self.ascii_only = False

    def fit(self) -> None:
        """Draw for the size that there is now. It is called when that is another one, just before it is painted."""

    def render_lines(self, crop: Region) -> list[Strip]:
        if (size := self.scrollable_content_region.size) != self._fitted:
            self._fitted = size
            self.fit()
        self._below = self.rich_style  # worked out once, and not for each line
        return super().render_lines(crop)

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these lines; only those that differ from what is shown are painted again."""
        before, self._lines = self._lines, lines
        self.span(len(lines))
        for number, (old, new) in enumerate(zip_longest(before, lines)):
            if old != new:
                self.refresh_line(number)

    def span(self, height: int) -> None:
        """So many lines are there. The screen is laid out anew only where a scroll bar comes or goes with it, or where
        the widget is as high as its lines: for Textual each change is one."""
        size = Size(self.scrollable_content_region.width, height)
        if self.styles.auto_dimensions:
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)

    def line_at(self, number: int) -> Line:
        """The line of this number; empty below the last one."""
        return self._lines[number] if number < len(self._lines) else EMPTY

    def base_style(self, number: int) -> Style:
        """What lies below the whole of a line that is painted."""
        del number
        return self._below

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        base, look = self.base_style(number), app_of(self).look
        segments = []
        for text, role in self.line_at(number):
            style = base + look(role)[0]
            segments.append(Segment(plain_ascii(text) if self.ascii_only else text, style))
        # Whatever a terminal thinks of a wide character, the line ends where the pane does.
        return Strip(segments).adjust_cell_length(self.size.width, base)
