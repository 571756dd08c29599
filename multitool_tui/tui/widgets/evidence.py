"""The pane of the same name in `views`."""

from __future__ import annotations

from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.evidence import evidence_pane
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import PaneView


class Evidence(Pane):
    """The evidence, with its charts."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        return evidence_pane(scene, width, height)
