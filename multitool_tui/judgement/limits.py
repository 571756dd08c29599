"""The plainest judge: alarms, and a limit on how far the canary's error rate may lie above the baseline's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from multitool_tui.judgement.alarms import AlarmMemory
from multitool_tui.judgement.model import AlarmState, Counts, Evidence, Judgement, Minute, Verdict
from multitool_tui.words import percent


@dataclass(frozen=True, slots=True)
class Limits:
    """`excess`: how far the canary's error rate may lie above the baseline's (0-1), over the `window` latest minutes.

    `errors`: fewer canary errors than this condemn nobody. `requests`: how many canary requests make a canary `safe`.
    """

    excess: float = 0.01
    errors: int = 5
    requests: int = 200
    window: int = 10


class LimitJudge:
    """Judges by `Limits` and alarms. Satisfies `judgement.model.Judge`.

    The comparison is with the baseline's rate minute by minute, so that a burst that hits both versions is nobody's
    fault, whatever the weight was when it hit. Where the baseline served nothing (after promotion), its rate over all
    minutes in which it did stands in.
    """

    def __init__(self, limits: Limits | None = None, period: timedelta = timedelta(minutes=1)) -> None:
        self._limits = limits or Limits()
        self._period = period
        self._minutes: dict[datetime, Minute] = {}
        self._alarms = AlarmMemory()

    def see_minute(self, minute: Minute) -> Judgement:
        self._minutes[minute.start] = minute
        return self._judge()

    def see_alarms(self, states: Mapping[str, AlarmState]) -> Judgement:
        self._alarms.see(states)
        return self._judge()

    def _judge(self) -> Judgement:
        served = [m for m in sorted(self._minutes.values(), key=lambda m: m.start) if m.canary and m.canary.invocations]
        recent = served[-self._limits.window :]
        canary = sum((m.canary for m in recent if m.canary), Counts())
        baseline = sum((m.baseline for m in recent if m.baseline), Counts())
        total = sum(m.canary.invocations for m in served if m.canary)
        expected = self._expected(recent)
        excess = max(0.0, canary.errors - expected) / canary.invocations if canary.invocations else 0.0
        verdict, reason = self._decide(canary, total, excess, expected)
        return Judgement(
            verdict=verdict,
            reason=reason,
            evidence=Evidence(
                harm=excess * 100,
                harm_limit=self._limits.excess * 100,
                harm_unit="% above the baseline",
                safety=float(min(total, self._limits.requests)),
                safety_limit=float(self._limits.requests),
                safety_unit="canary requests",
            ),
            baseline=baseline,
            canary=canary,
            seen_to=served[-1].start + self._period if served else None,
            alarms=self._alarms.fired,
        )

    def _expected(self, minutes: list[Minute]) -> float:
        """How many errors the canary would have made in `minutes` at the rate that the baseline had in each of them."""
        overall = sum((m.baseline for m in self._minutes.values() if m.baseline), Counts()).error_rate or 0.0
        expected = 0.0
        for minute in minutes:
            beside = minute.baseline.error_rate if minute.baseline else None
            canary = minute.canary.invocations if minute.canary else 0
            expected += canary * (overall if beside is None else beside)
        return expected

    def _decide(self, canary: Counts, total: int, excess: float, expected: float) -> tuple[Verdict, str]:
        limits = self._limits
        if self._alarms.fired:
            names = ", ".join(self._alarms.fired)
            plural = len(self._alarms.fired) > 1
            return Verdict.HARMFUL, f"{'Alarms' if plural else 'Alarm'} {names} went off after the rollout started."
        if not total:
            return Verdict.UNDECIDED, "No sealed minute shows a request to the canary yet."
        seen = (
            f"{canary.errors:,} of the canary's {canary.invocations:,} requests failed; "
            f"at the baseline's rate one would expect {f'{expected:,.1f}'.removesuffix('.0')}"
        )
        if canary.errors >= limits.errors and excess > limits.excess:
            return Verdict.HARMFUL, f"{seen}: more than {percent(limits.excess)} above the baseline."
        if total < limits.requests:
            return Verdict.UNDECIDED, f"{seen}. {total:,} of {limits.requests:,} requests seen so far."
        return Verdict.SAFE, f"{seen}."
