"""A widget of lines: it draws spans with roles, each line on its own, and repaints only lines that changed."""

from __future__ import annotations

from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from multitool_tui.tui.roles import component
from multitool_tui.views.glyphs import plain_ascii
from multitool_tui.views.text import EMPTY, Line


def as_content(widget: Widget, spans: Line, *, ascii_only: bool = False) -> Content:
    """A line as Textual's own kind of text, for borders and labels. Never parsed as markup."""
    return Content.assemble(
        *(
            Content.styled(
                plain_ascii(span.text) if ascii_only else span.text,
                widget.screen.get_visual_style(component(span.role), partial=True),
            )
            for span in spans
        )
    )


class Lines(ScrollView, can_focus=False):
    """Lines of spans, scrolled when they do not fit. Not focusable by itself."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()
        self.ascii_only = False

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these lines; only those that differ from what is shown are painted again."""
        before, self._lines = self._lines, lines
        size = Size(self.scrollable_content_region.width, len(lines))
        if size != self.virtual_size:
            self.virtual_size = size
        for number, (old, new) in enumerate(zip_longest(before, lines)):
            if old != new:
                self.refresh_line(number)

    def line_at(self, number: int) -> Line:
        """The line of this number; empty below the last one."""
        return self._lines[number] if number < len(self._lines) else EMPTY

    def base_style(self, number: int) -> Style:
        """What lies below the whole of a line."""
        del number
        return self.rich_style

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        base, style_of = self.base_style(number), self.screen.get_component_rich_style
        segments = []
        for text, role in self.line_at(number):
            style = base + style_of(component(role), partial=True)
            segments.append(Segment(plain_ascii(text) if self.ascii_only else text, style))
        # Whatever a terminal thinks of a wide character, the line ends where the pane does.
        return Strip(segments).adjust_cell_length(self.size.width, base)
