"""The pane of the same name in `views`, with a cursor over its charts."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.views.chart import moment_at
from multitool_tui.views.charts import Look, frame_of, minute_at, moved
from multitool_tui.views.evidence import evidence_pane
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import PaneView


class Evidence(Pane):
    """The evidence, with its charts. Left and right read a minute's numbers, up and down bring another chart first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "read(-1)", "Earlier minute", show=False),
        Binding("right", "read(1)", "Later minute", show=False),
        Binding("up", "turn(-1)", "Previous chart", show=False),
        Binding("down", "turn(1)", "Next chart", show=False),
    ]

    _look = Look()

    def view(self, scene: Scene, width: int, height: int) -> PaneView:
        return evidence_pane(scene, width, height, self._look)

    def show(self, scene: Scene) -> None:
        if self._scene and self._scene.target != scene.target:
            self._look = Look()
        super().show(scene)

    def action_read(self, by: int) -> None:
        """Move the cursor by so many minutes; beyond the latest one there is none."""
        if self._scene:
            self._see(replace(self._look, cursor=moved(self._scene.traffic, self._look.cursor, by)))

    def action_turn(self, by: int) -> None:
        """Bring the next chart first."""
        self._see(replace(self._look, first=self._look.first + by))

    def on_click(self, event: events.Click) -> None:
        scene, region = self._scene, self.scrollable_content_region
        if scene is None or scene.traffic is None or not scene.traffic.minutes:
            return
        # The border and the padding are left of the first cell.
        cell = event.x - (region.x - self.region.x)
        at = moment_at(cell, frame_of(scene, scene.traffic, region.width), region.width)
        minute = minute_at(scene.traffic, at)
        self._see(replace(self._look, cursor=minute.start if minute else None))

    def _see(self, look: Look) -> None:
        self._look = look
        self._draw()
