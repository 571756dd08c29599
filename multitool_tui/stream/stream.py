"""The judge as a stream: each line in gives one line out, and a line that cannot be used changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple

from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.rehearsal import Answer, Rehearsal
from multitool_tui.stream.errors import LineError, shown
from multitool_tui.stream.lines import NewRollout, Sealed, read_line


class Judged(NamedTuple):
    """A minute and what was answered to it."""

    sealed: Sealed
    answer: Answer


@dataclass(frozen=True, slots=True)
class Unusable:
    """A line, counted from 1, that has changed nothing, and why, in one sentence."""

    line: int
    why: str


Taken = NewRollout | Judged | Unusable


class Stream:
    """One stream of lines; every rollout in it goes by `plan`, closed loop, on the engine that all commands use."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rehearsal = Rehearsal(plan)
        self._metrics = plan.settings.metrics
        self._lines = 0

    def take(self, line: bytes) -> Taken:
        """Take in one line, with or without its line end."""
        self._lines += 1
        try:
            read = read_line(line)
            if isinstance(read, Sealed):
                self._knows(read.minute)
        except LineError as error:
            return Unusable(self._lines, str(error))
        if isinstance(read, NewRollout):
            self._rehearsal = Rehearsal(self._plan)
            return read
        return Judged(read, self._rehearsal.see(read.minute, read.alarms))

    def _knows(self, minute: Minute) -> None:
        """Whether the plan has the metrics that a minute counts: each has its share of the evidence from the start.

        Raises:
            LineError: it has not.
        """
        for side, counts in (("baseline", minute.baseline), ("canary", minute.canary)):
            for tally in counts.tallies if counts else ():
                if tally.metric not in self._metrics:
                    known = ", ".join(self._metrics) or "none"
                    raise LineError(
                        f"{side}.metrics has {shown(tally.metric)}, and the metrics of the plan are: {known}."
                    )

    def answer(self, line: bytes) -> str:
        """Take in one line and answer with one line of ASCII JSON, without its line end."""
        return write_answer(self.take(line))


# A form to fill in: json.dumps makes an encoder for each line.
_ANSWER = (
    '{{"minute": {}, "verdict": "{}", "action": "{}", "weight": {}, "evidence": {{"harm": {}, '
    '"harm_limit": {}, "safety": {}, "safety_limit": {}}}, "reason": {}}}'
)


def write_answer(taken: Taken) -> str:
    """The answer to one line, as one line of JSON. Numbers are rounded to nine digits."""
    match taken:
        case Unusable(line, why):
            return json.dumps({"error": why, "line": line})
        case NewRollout(name):
            return json.dumps({"rollout": name})
        case Judged(sealed, answer):
            evidence = answer.judgement.evidence
            return _ANSWER.format(
                quoted(sealed.text),
                answer.judgement.verdict,
                answer.action,
                _rounded(answer.weight),
                _rounded(evidence.harm),
                _rounded(evidence.harm_limit),
                _rounded(evidence.safety),
                _rounded(evidence.safety_limit),
                quoted(answer.reason),
            )


@lru_cache(maxsize=64)  # weights and limits are the same for many minutes
def _rounded(value: float) -> str:
    return repr(float(f"{value:.9g}"))
