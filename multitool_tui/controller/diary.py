"""What happened, as the log pane and the shells beside this one show it; and who else is told of each decision."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from multitool_tui.clock import Clock
from multitool_tui.controller.companion import Companion
from multitool_tui.controller.findings import Finding, Level
from multitool_tui.controller.snapshot import Entry
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import ENGINE, Receipt, Severity

_log = logging.getLogger(__name__)
_KEPT = 1000

Listener = Callable[[Rollout, Receipt], None]


class Diary:
    """The latest entries, oldest first. `changed` is called after each; `place` is the account and region, or ""."""

    def __init__(
        self, clock: Clock, companions: Sequence[Companion], place: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        self._clock, self._companions, self._place, self._changed = clock, companions, place, changed
        self._listeners: list[Listener] = []
        self.entries: tuple[Entry, ...] = ()

    def on_decision(self, listener: Listener) -> None:
        """Call `listener` with each decision, as it is made."""
        self._listeners.append(listener)

    def note(self, action: str, reason: str) -> None:
        """Write down what is no decision of a rollout; what was written last is not repeated."""
        if not self.entries or (self.entries[-1].action, self.entries[-1].reason) != (action, reason):
            self._write(Entry(self._clock.now(), ENGINE, action, reason, Severity.BAD))

    def decided(self, rollout: Rollout, receipt: Receipt) -> None:
        """Write down a decision, and tell everybody who listens."""
        self._write(
            Entry(
                receipt.at, receipt.actor, receipt.action, receipt.reason, receipt.severity, rollout.id, rollout.target
            )
        )
        beside = [partial(companion.decided, rollout, receipt, self._place()) for companion in self._companions]
        for tell in (*(partial(listener, rollout, receipt) for listener in self._listeners), *beside):
            try:
                tell()
            except Exception:  # noqa: BLE001 - who listens must not hold up a rollout
                _log.exception("a decision was not told")

    def found(self, rollout: Rollout, findings: Iterable[Finding]) -> None:
        """Write down what was found before a start, and matters after it."""
        for finding in findings:
            if finding.matters:
                severity = Severity.WARNING if finding.level is Level.WARNING else Severity.INFO
                self._write(
                    Entry(self._clock.now(), ENGINE, finding.about, finding.says, severity, rollout.id, rollout.target)
                )

    def _write(self, entry: Entry) -> None:
        self.entries = (*self.entries, entry)[-_KEPT:]
        self._changed()
