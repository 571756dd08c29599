"""A replay as text: a table as the minutes come, or a chart of a whole rollout. Plain lines, without colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from textwrap import wrap

from multitool_tui.judgement.model import Counts
from multitool_tui.rollout.rehearsal import Action, Answer
from multitool_tui.stream.errors import shown
from multitool_tui.stream.lines import NewRollout
from multitool_tui.stream.stream import Judged
from multitool_tui.views.numbers import clock_time
from multitool_tui.words import percent

WIDTH = 80
"""Columns of a table, and of a chart unless it is told otherwise."""
_NO_CANARY = "No minute has a weight: there was no canary to judge."
_HEADS = (
    "                     baseline         canary",
    " time weight requests failed requests failed  harm safety verdict   action",
)
_BESIDE_ERRORS = {"slow": "slow", "throttles": "throttled", "client_errors": "4XX", "server_errors": "5XX"}
_ENDS = {Action.PROMOTE, Action.ROLL_BACK, Action.INCONCLUSIVE}
_NAME = 12
_MARGIN = 7
_HARM_ROWS, _WEIGHT_ROWS = 8, 5
_ABOVE_LIMIT = 10.0  # how far above its limit the scale of harm goes
_WIDEST = 4  # columns a minute
_LABEL_EVERY = 15  # columns
_BLOCKS, _ASCII = " ▁▂▃▄▅▆▇█", " ...::::#"


class Text:
    """A replay as tables, line by line as the minutes come.

    The history is one line. What went wrong in a minute beside errors stands below it, and so does the sentence of a
    decision. A decision that ends the rollout is shown once: the minutes after it, which the judge would not have had,
    are counted.
    """

    def __init__(self, heading: str) -> None:
        self._heading = heading
        self._begin()

    def _begin(self) -> None:
        self._history: list[Judged] = []
        self._shown: Answer | None = None
        self._day = ""
        self._after_end = 0

    def lines(self, taken: NewRollout | Judged) -> Iterator[str]:
        """What one more line of the stream adds."""
        if isinstance(taken, NewRollout):
            yield from self.end()
            self._heading = _rollout(taken)
            self._begin()
            return
        minute, answer = taken.sealed.minute, taken.answer
        if self._shown is None and not minute.weight:
            self._history.append(taken)
            return
        if self._shown is None:
            evidence = answer.judgement.evidence
            yield from (self._heading, _history_line(self._history))
            limits = evidence.harm_limit, evidence.safety_limit
            yield "Harm of {:,.0f} condemns the canary; safety of {:,.0f} is enough.".format(*limits)
            yield from ("", *_HEADS)
        known, self._shown = self._shown, answer
        if known and answer.action is known.action in _ENDS:
            self._after_end += 1
            return
        day = f"{minute.start:%Y-%m-%d}"
        if day != self._day:
            self._day = day
            yield day
        yield _row(taken)
        for what, baseline, canary in _beside_errors(minute.baseline, minute.canary):
            name = what if len(what) <= _NAME else f"{what[: _NAME - 1]}…"
            yield f"{name:>{_NAME}} {_compact(baseline):>15} {_compact(canary):>15}"
        if answer.action is not Action.HOLD:
            yield from wrap(answer.reason, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)

    def end(self) -> Iterator[str]:
        """What is left to say at the end of a rollout."""
        if self._shown is None and self._history:
            yield from (self._heading, _history_line(self._history), _NO_CANARY, "")
        elif self._shown is not None:
            if self._after_end:
                yield f"{_many(self._after_end, 'later minute')} changed nothing of it."
            yield ""


class Chart:
    """A replay as one chart for each rollout, drawn at its end: 22 lines and a sentence, which fit into 80x24."""

    def __init__(self, heading: str, width: int = WIDTH, *, ascii_only: bool = False) -> None:
        self._heading, self._width, self._ascii_only = heading, width, ascii_only
        self._minutes: dict[datetime, Judged] = {}

    def lines(self, taken: NewRollout | Judged) -> Iterator[str]:
        """What one more line of the stream adds: nothing before the end of a rollout."""
        if isinstance(taken, NewRollout):
            yield from self.end()
            self._heading, self._minutes = _rollout(taken), {}
        else:
            self._minutes[taken.sealed.minute.start] = taken

    def end(self) -> Iterator[str]:
        """The rollout so far, drawn."""
        if self._minutes:
            yield self._heading
            yield from _drawn(sorted(self._minutes.items()), self._width, ascii_only=self._ascii_only)
            yield ""


def _rollout(taken: NewRollout) -> str:
    return f"Rollout {shown(taken.name)}"


def _history_line(history: Sequence[Judged]) -> str:
    """The baseline's history in one line."""
    counts = [judged.sealed.minute.baseline for judged in history]
    requests = sum(one.invocations for one in counts if one)
    failed = sum(one.errors for one in counts if one)
    if not requests:
        return "No history: what is usual for the baseline is not known."
    return (
        f"History: {_many(len(history), 'minute')}, {_many(requests, 'request')}, {percent(failed / requests)} failed."
    )


def _row(judged: Judged) -> str:
    minute, evidence = judged.sealed.minute, judged.answer.judgement.evidence
    cells = [clock_time(minute.start, seconds=bool(minute.start.second)), f"{percent(minute.weight):>6}"]
    for counts in (minute.baseline, minute.canary):
        cells += [
            f"{_compact(counts.invocations) if counts else '-':>8}",
            f"{_compact(counts.errors) if counts else '-':>6}",
        ]
    cells += [f"{_compact(evidence.harm):>5}", f"{_compact(evidence.safety):>6}"]
    return " ".join([*cells, f"{judged.answer.judgement.verdict:<9}", _action(judged.answer)])


def _beside_errors(baseline: Counts | None, canary: Counts | None) -> Iterator[tuple[str, int, int]]:
    """What went wrong beside errors, if anything did: the word for it, and how often with baseline and canary."""
    for name, what in _BESIDE_ERRORS.items():
        one, other = (getattr(counts, name, None) or 0 for counts in (baseline, canary))
        if one or other:
            yield what, one, other
    tallies = [{tally.metric: tally.bad for tally in counts.tallies} if counts else {} for counts in (baseline, canary)]
    for metric in {**tallies[0], **tallies[1]}:
        one, other = (of.get(metric, 0) for of in tallies)
        if one or other:
            yield metric, one, other


def _action(answer: Answer) -> str:
    """An answer's action as it reads in a table."""
    if answer.action is Action.SET_WEIGHT:
        return f"to {percent(answer.weight)}"
    return answer.action.replace("_", " ")


def _compact(value: float) -> str:
    """At most five characters: 0.37, 12, 1,193, 45k, 3.4M, >1e9."""
    if value < 9.95:
        return f"{value:.2g}"
    if value < 9999.5:
        return f"{value:,.0f}"
    if value >= 1e9:
        return ">1e9"
    size, unit = (1e3, "k") if value < 999_500 else (1e6, "M")
    return f"{value / size:.1f}{unit}" if value / size < 9.95 else f"{value / size:.0f}{unit}"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


# The chart


def _drawn(minutes: Sequence[tuple[datetime, Judged]], width: int, *, ascii_only: bool) -> Iterator[str]:
    """Harm on a log scale with its limit, the weight that was and the one that is wanted, and how it ended.

    Where there are more minutes than columns, a column shows the largest of its minutes.
    """
    weighted = [judged for _, judged in minutes if judged.sealed.minute.weight]
    yield _history_line([judged for _, judged in minutes if not judged.sealed.minute.weight])
    if not weighted:
        yield _NO_CANARY
        return
    columns = _columns(weighted, width - _MARGIN - 1)
    limit = weighted[-1].answer.judgement.evidence.harm_limit
    ink, mark = (_ASCII, "-") if ascii_only else (_BLOCKS, "─")
    yield f"harm, to one (log scale; {limit:,.0f} is the limit)"
    yield from _harm(columns, limit, ink, mark)
    yield f"weight ({ink[-1]} as it was, {mark} as it was wanted)"
    yield from _weights(columns, ink, mark)
    yield _axis(columns)
    baseline = sum((judged.sealed.minute.baseline or Counts() for judged in weighted), Counts())
    canary = sum((judged.sealed.minute.canary or Counts() for judged in weighted), Counts())
    beside = [f"{what} {_compact(one)} / {_compact(other)}" for what, one, other in _beside_errors(baseline, canary)]
    if beside:
        yield f"baseline / canary: {', '.join(beside)}"
    end = next((judged for judged in weighted if judged.answer.action in _ENDS), weighted[-1])
    at, verdict = clock_time(end.sealed.minute.start), end.answer.judgement.verdict
    yield from wrap(f"{at} {verdict}, {_action(end.answer)}: {end.answer.reason}", width)


def _columns(minutes: Sequence[Judged], room: int) -> list[list[Judged]]:
    """The minutes of each column of characters."""
    if len(minutes) <= room:
        wide = min(_WIDEST, room // len(minutes))
        return [[judged] for judged in minutes for _ in range(wide)]
    each = math.ceil(len(minutes) / room)
    return [list(minutes[first : first + each]) for first in range(0, len(minutes), each)]


def _harm(columns: Sequence[Sequence[Judged]], limit: float, ink: str, mark: str) -> Iterator[str]:
    decades = math.log10(limit * _ABOVE_LIMIT)
    values = [max(judged.answer.judgement.evidence.harm for judged in column) for column in columns]
    heights = [math.log10(max(value, 1.0)) / decades for value in values]
    at_limit = _HARM_ROWS - 1 - int(math.log10(limit) / decades * _HARM_ROWS + 1e-9)
    for row in range(_HARM_ROWS):
        power = (_HARM_ROWS - 1 - row) * decades / _HARM_ROWS
        label = f"{10 ** round(power):,}" if abs(power - round(power)) < 1e-9 else ""
        blank = mark if row == at_limit else " "
        bars = (_block(height, row, _HARM_ROWS, ink) for height in heights)
        yield f"{label:>{_MARGIN - 1}} |{''.join(blank if bar == ' ' else bar for bar in bars)}".rstrip()


def _weights(columns: Sequence[Sequence[Judged]], ink: str, mark: str) -> Iterator[str]:
    had = [max(judged.sealed.minute.weight for judged in column) for column in columns]
    wanted = [column[-1].answer.weight for column in columns]
    # A promotion is above every scale but its own; the ramp below it is what there is to see.
    top = max(*had, *(weight for weight in wanted if weight < 1), 0.01)
    for row in range(_WEIGHT_ROWS):
        label = {0: percent(top, 1), _WEIGHT_ROWS - 1: "0%"}.get(row, "")
        cells = (
            mark if row == _row_of(min(1.0, want / top), _WEIGHT_ROWS) else _block(has / top, row, _WEIGHT_ROWS, ink)
            for has, want in zip(had, wanted, strict=True)
        )
        yield f"{label:>{_MARGIN - 1}} |{''.join(cells)}".rstrip()


def _row_of(height: float, rows: int) -> int:
    """The row, from the top, in which a height (0-1) ends."""
    return rows - 1 - min(rows - 1, max(0, math.ceil(height * rows - 1e-9) - 1))


def _block(height: float, row: int, rows: int, ink: str) -> str:
    """What a bar as high as `height` (0-1) shows in a row: at its foot there is always something to see."""
    eighths = round(min(1.0, height) * rows * 8)
    foot = (rows - 1 - row) * 8
    return ink[max(1 if not foot else 0, min(8, eighths - foot))]


def _axis(columns: Sequence[Sequence[Judged]]) -> str:
    """The times of day below the columns, in UTC."""
    axis = " " * len(columns)
    starts = [column[0].sealed.minute.start for column in columns]
    free = 0
    for index, (before, start) in enumerate(pairwise([None, *starts])):
        if start != before and start is not None and index >= free:
            label = f"|{clock_time(start)}"
            axis = axis[:index] + label + axis[index + len(label) :]
            free = index + _LABEL_EVERY
    return f"{'UTC':>{_MARGIN - 1}}  {axis.rstrip()}"
