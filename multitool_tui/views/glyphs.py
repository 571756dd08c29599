"""Glyphs, their words and roles. A glyph never stands for anything that a word beside it does not say."""

from __future__ import annotations

from typing import NamedTuple

from multitool_tui.judgement.model import AlarmState, Verdict
from multitool_tui.rollout.receipts import Severity
from multitool_tui.rollout.states import State
from multitool_tui.views.text import Role, Span


class Mark(NamedTuple):
    """A glyph with the word that says the same, and their role."""

    glyph: str
    word: str
    role: Role

    @property
    def span(self) -> Span:
        """Glyph and word."""
        return Span(f"{self.glyph} {self.word}", self.role)


STATES: dict[State, Mark] = {
    state: Mark(glyph, state.value, role)
    for state, glyph, role in (
        (State.PLANNED, "○", Role.DIM),
        (State.PUBLISHING, "↑", Role.ACCENT),
        (State.SHIFTING, "◐", Role.ACCENT),
        (State.PAUSED, "‖", Role.WARN),
        (State.PROMOTING, "◕", Role.ACCENT),
        (State.BAKING, "◕", Role.ACCENT),
        (State.PROMOTED, "✔", Role.GOOD),
        (State.ROLLING_BACK, "↺", Role.BAD),
        (State.ROLLED_BACK, "✖", Role.BAD),
        (State.HELD, "■", Role.WARN),
        (State.ABANDONED, "◌", Role.WARN),
        (State.UNCHANGED, "◌", Role.PLAIN),
    )
}

ALARMS: dict[AlarmState, Mark] = {
    AlarmState.ALARM: Mark("✖", "ALARM", Role.BAD),
    AlarmState.INSUFFICIENT_DATA: Mark("?", "NO DATA", Role.WARN),
    AlarmState.OK: Mark("✔", "OK", Role.GOOD),
}

VERDICTS: dict[Verdict, Mark] = {
    Verdict.HARMFUL: Mark("✖", "harmful", Role.BAD),
    Verdict.SAFE: Mark("✔", "safe", Role.GOOD),
    Verdict.UNDECIDED: Mark("○", "undecided", Role.ACCENT),
}

SEVERITIES: dict[Severity, tuple[str, Role]] = {
    Severity.INFO: ("·", Role.PLAIN),
    Severity.GOOD: ("✔", Role.GOOD),
    Severity.WARNING: ("!", Role.WARN),
    Severity.BAD: ("✖", Role.BAD),
}

SERVES = Mark("●", "serves", Role.PLAIN)
GATE = Mark("◆", "gate", Role.WARN)
FOREIGN = Mark("◍", "weighted, not by this rollout", Role.WARN)

# What each character becomes where the terminal is not known to show more than ASCII. One cell for one cell.
_ASCII = {
    "○": "o", "◌": "o",
    "◐": "@", "‖": "=", "◕": "@", "✔": "+", "↺": "<", "✖": "X", "■": "#", "●": "*", "◆": "^", "◍": "%",
    "█": "#", "▒": ":", "▰": "#", "▱": ".", "▸": ">", "▾": "v", "→": ">", "←": "<", "↑": "^", "↓": "v",
    "─": "-", "│": "|", "┊": ":", "└": "+", "┤": "+", "·": "-", "…": "~", "▯": "?", "⠒": "*", "⠂": ".", "░": "/",
}  # fmt: skip
_ASCII_TABLE = str.maketrans(_ASCII)


def plain_ascii(text: str) -> str:
    """The same text for a terminal that knows ASCII only, as wide as before where it was our own."""
    return text.translate(_ASCII_TABLE).encode("ascii", "replace").decode("ascii")
