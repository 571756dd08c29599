"""The lines across the screen: the header, the strip of alarms on narrow screens, and the keys at the bottom."""

from __future__ import annotations

from textual import events

from multitool_tui.tui.widgets.lines import Lines
from multitool_tui.views.actions import FooterKey, footer
from multitool_tui.views.alarms import alarm_strip
from multitool_tui.views.header import header
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Line, width_of

_OF_THE_APP = {"quit": "app.quit", "palette": "app.command_palette"}


class Bar(Lines):
    """One line, drawn for the width that there is."""

    _scene: Scene | None = None

    def draw(self, scene: Scene, width: int) -> Line:
        """The line for so many cells."""
        raise NotImplementedError

    def show(self, scene: Scene) -> None:
        """Draw this scene."""
        self._scene = scene
        if self.size.width:
            self.ascii_only = scene.ascii
            self.set_lines((self.draw(scene, self.size.width),))

    def fit(self) -> None:
        if self._scene is not None:
            self.show(self._scene)


class Header(Bar):
    """Account, region, badges, age of the data."""

    hint = ""
    """What stands for the account until it is known."""

    def draw(self, scene: Scene, width: int) -> Line:
        return header(scene, width, self.hint)


class AlarmStrip(Bar):
    """All alarms in one line."""

    def draw(self, scene: Scene, width: int) -> Line:
        strip, faded = alarm_strip(scene, width)
        self.set_class(faded, "-faded")
        return strip


class Keys(Bar):
    """The keys that apply now. A click on one does what the key does."""

    _keys: tuple[FooterKey, ...] = ()

    def draw(self, scene: Scene, width: int) -> Line:
        self._keys = footer(scene, width, getattr(self.screen, "LACKS", ()))
        return tuple(span for key in self._keys for span in key.text)

    async def on_click(self, event: events.Click) -> None:
        end = 0
        for key in self._keys:
            end += width_of(key.text)
            if event.x < end:
                await self.run_action(_OF_THE_APP.get(key.name, f"screen.{key.name}"))
                return
