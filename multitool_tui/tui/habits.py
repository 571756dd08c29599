"""An operator's habits: his preferences, and what the screen remembers of the sessions before."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from multitool_tui.tui.memory import Memory, Place
from multitool_tui.tui.preferences import Preferences

if TYPE_CHECKING:
    from multitool_tui.controller.snapshot import Snapshot

_log = logging.getLogger(__name__)


class Habits:
    """`file`: the preferences. `state`: where is remembered what was. Without them everything is as it comes."""

    def __init__(self, file: Path | None = None, state: Path | None = None) -> None:
        self._file = file
        self._memory = Memory(state)
        self._remembered = self._memory.read()
        self._where = ""
        self.preferences = Preferences()
        self.place = Place()
        """Where one is; kept when the session ends."""

    @property
    def last_theme(self) -> str:
        """The theme that was on last; empty where that is not known."""
        return self._remembered.theme

    @property
    def keymap(self) -> Mapping[str, str]:
        """Textual's keymap: the ids of bindings, and their keys."""
        of_the_app = {"quit": "app.quit", "palette": "app.palette"}
        return {of_the_app.get(name, f"main.{name}"): keys for name, (keys, _) in self.preferences.keys.items()}

    def read(self) -> Sequence[str]:
        """Read the preferences, which takes a while. Returns what is wrong with them, a sentence each."""
        if self._file is None or not self._file.exists():
            return ()
        from multitool_tui.tui.preferences.reading import read_preferences

        self.preferences, problems = read_preferences(self._file)
        said = []
        for problem in problems:
            where = f"{self._file.name}, line {problem.line}, column {problem.column}: " if problem.line else ""
            said.append(f"{where}{problem.what} The default stays.")
            _log.warning("%s", said[-1])
        return said

    def arrive(self, snapshot: Snapshot) -> Place | None:
        """Where one was when a session in this account and region ended last; told once. A demo is always new."""
        caller = snapshot.caller
        if self._where or caller is None or snapshot.sandbox is not None:
            return None
        self._where = "/".join(part for part in (caller.account, caller.region, caller.endpoint) if part)
        if not self.preferences.restore or self._where not in self._remembered.places:
            return None
        self.place = self._remembered.places[self._where]
        return self.place

    def leave(self, theme: str) -> None:
        """The session ends with this theme on."""
        place = (self._where, self.place) if self._where else None
        self._memory.keep(theme=self.preferences.theme or theme, place=place)

    @property
    def toured(self) -> bool:
        """Whether the tour was shown before."""
        return self._remembered.toured

    def tour_is_over(self) -> None:
        """Show it no more unasked."""
        self._memory.keep(toured=True)
