"""The pane of the same name in `views`."""

from __future__ import annotations

from dataclasses import replace

from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.scene import Scene
from multitool_tui.views.split import split_pane
from multitool_tui.views.text import PaneView, Role, Span, line

_DRAWER = line(Span("tab", Role.KEY), Span(" resources and alarms", Role.DIM))


class Split(Pane):
    """The traffic split."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        return split_pane(scene, width, height)


class SplitBesideDrawer(Split):
    """The same on a screen that has the resources in a drawer where it is narrow: it says how that is opened."""

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        view = super().view(scene, width, height)
        has_drawer = self.screen.has_class("-narrow") and not self.screen.has_class("-zoom")
        return replace(view, note=_DRAWER) if has_drawer and not view.note else view
