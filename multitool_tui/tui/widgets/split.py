"""The pane of the same name in `views`."""

from __future__ import annotations

from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.scene import Scene
from multitool_tui.views.split import split_pane
from multitool_tui.views.text import PaneView


class Split(Pane):
    """The traffic split."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        return split_pane(scene, width, height)
