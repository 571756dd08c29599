"""A rollout without a screen as JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.saying import say
from multitool_tui.controller.snapshot import Entry
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt
from multitool_tui.views.event_lines import Decision, End, Note, Progress, decision, note, progress


class JsonLines:
    """One event a line, flushed at once."""

    def decided(self, rollout: Rollout, receipt: Receipt) -> None:
        self._say(decision(rollout, receipt))

    def judged(self, rollout: Rollout, at: datetime) -> None:
        self._say(progress(rollout, at))

    def noted(self, entry: Entry) -> None:
        self._say(note(entry))

    def ended(self, rollouts: Sequence[Rollout], code: Exit, reason: str, at: datetime) -> None:
        self._say(End(at=at, exit_code=code, reason=reason, rollouts={one.id: one.state for one in rollouts}))

    @staticmethod
    def _say(line: Decision | Progress | Note | End) -> None:
        say(line.model_dump_json(by_alias=True))
