"""What a piece of text means, in colours: worked out once for the application, whatever is opened in it."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, cast

from rich.style import Style
from textual.app import App
from textual.style import Style as VisualStyle
from textual.widget import Widget

from multitool_tui.views.text import Role

Result = TypeVar("Result")


def component(role: Role) -> str:
    """The name by which the style sheets know a role."""
    return f"role--{role}"


class AppWithRoles(App[Result], Generic[Result]):
    """An application whose style sheets say what each role looks like."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {component(role) for role in Role}

    def __init__(self) -> None:
        super().__init__()
        self._looks: dict[Role, tuple[Style, VisualStyle]] = {}

    def notify_style_update(self) -> None:
        """The theme is another one."""
        self._looks.clear()
        super().notify_style_update()

    def look(self, role: Role) -> tuple[Style, VisualStyle]:
        """What a role adds to the style of what it is on: for lines, and for Textual's own kind of text."""
        if role not in self._looks:
            rich = self.get_component_styles(component(role)).partial_rich_style
            self._looks[role] = rich, VisualStyle.from_rich_style(rich)
        return self._looks[role]


def app_of(widget: Widget) -> AppWithRoles[Any]:
    """The application that a widget is in."""
    return cast("AppWithRoles[Any]", widget.app)
