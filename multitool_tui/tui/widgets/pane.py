"""What the panes have in common: a border with a title, a note below, and lines made by a view."""

from __future__ import annotations

from textual.theme import Theme

from multitool_tui.tui.widgets.lines import Lines, entitle
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import EMPTY, PaneView, Role, line, wrap


class Pane(Lines, can_focus=True):
    """A pane. A subclass says which view draws it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._scene: Scene | None = None
        self._drawn: PaneView | None = None

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        """The view of this pane, for so many cells."""
        raise NotImplementedError

    def show(self, scene: Scene) -> None:
        """Draw this scene."""
        self._scene = scene
        self._draw()

    def fit(self) -> None:
        self._drawn = None
        self._draw()

    def _draw(self) -> None:
        scene, region = self._scene, self.scrollable_content_region
        if scene is None or not region.width or not region.height:
            return
        try:
            view = self.view(scene, region.width, region.height)
        except Exception as error:  # noqa: BLE001 - a pane that cannot be drawn must not take the others with it
            self.log.error(type(self).__name__, error)
            sentence = f"This pane could not be drawn ({type(error).__name__}); the rest goes on."
            view = PaneView(line(type(self).__name__), wrap(sentence, region.width, role=Role.WARN), EMPTY)
        self.apply(view, scene)

    def apply(self, view: PaneView, scene: Scene) -> None:
        """Bring the widget to what a view says, touching only what is different."""
        drawn, self._drawn = self._drawn, view
        self.ascii_only = scene.ascii
        if drawn is None or (drawn.title, drawn.note, drawn.link) != (view.title, view.note, view.link):
            self.label(view)
        self.set_class(view.faded, "-faded")
        self.set_lines(view.lines)

    def label(self, view: PaneView) -> None:
        """Write the title and the note into the border."""
        entitle(self, view.title, view.note, ascii_only=self.ascii_only, link=view.link)

    def on_mount(self) -> None:
        # The colours within the border's text are those of the theme that it was written under.
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def _theme_changed(self, theme: Theme) -> None:
        del theme
        if self._drawn is not None:
            self.label(self._drawn)
