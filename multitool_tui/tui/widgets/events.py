"""The pane of the same name in `views`."""

from __future__ import annotations

from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.events import events_pane
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import PaneView


class Events(Pane):
    """The journal as it grows."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        return events_pane(scene, width, height)
