"""The doctor's report as lines of text and as JSON, and the same with nothing in it that tells whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multitool_tui.controller.doctor.finding import Finding, Health
from multitool_tui.views.glyphs import Mark
from multitool_tui.views.text import Line, Role, Span, clean, wrap

WIDTH = 80
_CHECK = 16  # columns
_INDENT = 2 + 8 + _CHECK

MARKS: dict[Health, Mark] = {
    Health.OK: Mark("✔", "ok", Role.GOOD),
    Health.WARNING: Mark("!", "warning", Role.WARN),
    Health.FAILED: Mark("✖", "failed", Role.BAD),
    Health.UNKNOWN: Mark("?", "unknown", Role.WARN),
}

# Access key ids and accounts: IAM user guide, "IAM identifiers".
_PATTERNS = (
    (re.compile(r"\barn:[\w-]+:[^\s,;\"']*?(?=\.?(?:[\s,;\"']|$))"), "ARN"),
    (re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{12,124}\b"), "KEY"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), "ACCOUNT"),
)


@dataclass(frozen=True)
class Mask:
    """Takes out what belongs to the caller alone: accounts, ARNs, key ids, the home folder, and `private` strings."""

    private: tuple[str, ...] = ()

    def text(self, text: str) -> str:
        for pattern, word in _PATTERNS:
            text = pattern.sub(word, text)
        for home in {str(Path.home()), str(Path.home().resolve())} - {"/"}:
            text = text.replace(home, "~")
        for string in sorted(self.private, key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(string)}(?!\w)", "NAME", text)
        return text

    def value(self, value: Any) -> Any:
        """The same in every string of a JSON value."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.value(each) for key, each in value.items()}
            case list() | tuple():
                return [self.value(each) for each in value]
            case _:
                return value


def finding_lines(finding: Finding, mask: Mask | None = None, width: int = WIDTH) -> Iterable[Line]:
    """A row: glyph, word, check, sentence; and what to do below it."""
    mark = MARKS[finding.health]
    shown = mask.text if mask else str
    room = max(20, width - _INDENT)
    first, *rest = wrap(clean(shown(finding.sentence)), room)
    head = (Span(f"{mark.glyph} {mark.word:<8}", mark.role), Span(f"{finding.check:<{_CHECK}}", Role.STRONG))
    yield (*head, *first)
    for line in rest:
        yield (Span(" " * _INDENT), *line)
    if finding.todo:
        for number, line in enumerate(wrap(clean(shown(finding.todo)), room - 2)):
            yield (Span(" " * _INDENT + ("→ " if not number else "  "), Role.DIM), *line)


def finding_document(finding: Finding, mask: Mask | None = None) -> dict[str, Any]:
    """A row as JSON has it."""
    document = {
        "check": finding.check,
        "health": finding.health.value,
        "sentence": finding.sentence,
        "todo": finding.todo or None,
        **finding.facts,
    }
    return mask.value(document) if mask else document
