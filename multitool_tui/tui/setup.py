"""The application around the screen that sets a service up."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from textual.driver import Driver
from textual.screen import Screen

from multitool_tui.controller.provision.desk import Desk
from multitool_tui.tui.roles import AppWithRoles
from multitool_tui.tui.screens.setup import SetupScreen
from multitool_tui.tui.terminal import patient
from multitool_tui.tui.themes import DARK, FALLBACK, THEMES
from multitool_tui.views.setup import Draft, Inspect

Connect = Callable[[], Awaitable[Desk]]


class SetupApp(AppWithRoles[tuple[str, ...]]):
    """Ends with the lines that are to stay on the terminal."""

    TITLE = "MultiTool"
    CSS_PATH: ClassVar = ["styles/base.tcss", "styles/dialogs.tcss", "styles/setup.tcss"]
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        connect: Connect,
        inspect: Inspect,
        draft: Draft | None = None,
        *,
        ascii_only: bool | None = None,
        theme: str = "",
    ) -> None:
        """`theme`: the one that the operator had on last."""
        super().__init__()
        self._last_theme = theme
        self._connect, self._inspect, self._draft = connect, inspect, draft or Draft()
        encoding = (getattr(sys.__stdout__, "encoding", None) or "utf-8").lower().replace("-", "")
        self.ascii_only = not encoding.startswith("utf") if ascii_only is None else ascii_only

    def get_driver_class(self) -> type[Driver]:
        return patient(super().get_driver_class())

    def get_default_screen(self) -> Screen[Any]:
        return SetupScreen(
            self._connect, self._inspect, self._draft, lambda ended: self.exit(ended.said), ascii_only=self.ascii_only
        )

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return FALLBACK

    def on_mount(self) -> None:
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = self._last_theme if self._last_theme in self.available_themes else DARK.name
        self.set_class(self.ascii_only, "-ascii")
