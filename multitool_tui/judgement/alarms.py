"""Alarms as hard evidence: only one that went from OK to ALARM after the start speaks against the canary."""

from __future__ import annotations

from collections.abc import Mapping

from multitool_tui.judgement.model import AlarmState

BAND = "band: "
"""How the name of what is no alarm begins, but a metric held against what is usual for it: it condemns nobody, but
while it is not OK nothing goes on."""


_NONE: frozenset[str] = frozenset()


class AlarmMemory:
    """Remembers what each alarm was at the start, and which have fired since.

    An alarm that was in ALARM at the start is left out until it has been OK once. One without data at the start does
    count when it fires: an alarm on errors has no data for as long as nothing fails.
    """

    def __init__(self) -> None:
        self._armed = self._known = _NONE
        self.fired: tuple[str, ...] = ()
        """Names of the alarms that fired after the start, in the order in which they were seen to."""
        self.unusual: tuple[str, ...] = ()
        """The bands that are not OK at the latest look."""
        self.firing_at_start = _NONE
        """Names of the alarms that were in ALARM at the first look."""

    def see(self, states: Mapping[str, AlarmState]) -> None:
        """Take in the states as read now."""
        bands = {name: state for name, state in states.items() if name.startswith(BAND)}
        self.unusual = tuple(name.removeprefix(BAND) for name in bands if bands[name] is not AlarmState.OK)
        states = {name: state for name, state in states.items() if name not in bands}
        first = not self._known
        if first:
            self.firing_at_start = frozenset(name for name, state in states.items() if state is AlarmState.ALARM)
        for name, state in states.items():
            if name in self._armed and state is AlarmState.ALARM and name not in self.fired:
                self.fired += (name,)
            if state is AlarmState.OK or (name not in self._known and state is not AlarmState.ALARM):
                self._armed |= {name}
        self._known |= states.keys()
