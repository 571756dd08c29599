"""What the minutes of a rollout amount to: the streams of failures, block by block, and everything that is added up."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.evidence import EProcess, add_minute, calmness
from multitool_tui.judgement.model import Counts
from multitool_tui.judgement.ramp import Excess
from multitool_tui.judgement.series import UNKNOWN, Row
from multitool_tui.judgement.split import SplitWatch

WEIGHT_UNITS = 1e9
"""Weights are kept as whole numbers."""
SETTLING = 300.0
"""Seconds without a rise of the weight before slow requests count: new environments start cold."""
WIDTH = 6
"""How many numbers a version has in a minute; a row is the weight in units, the canary's numbers, the baseline's."""
_SLOW_ALLOWED = 1.5  # a canary with this many times the baseline's odds of a slow request is not slow
_LEFT_ALONE = 1.0  # the noise (sigma) of a comparison with the past


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of failure, its share of the false-alarm budget, and where it stands among a version's numbers.

    `of_offered`: whether throttled requests are among those to which it can happen; they are no invocations.
    """

    share: float
    column: int
    what: str = "failed"
    of_offered: bool = False


# Errors have the most: the others mostly come with them. A share of 0.1 costs a stream log 10, about one failure's
# worth of evidence.
STREAMS = (
    Stream(0.7, 1),
    Stream(0.05, 2, "were slow"),
    Stream(0.1, 3, "were throttled", of_offered=True),
    Stream(0.05, 4, "were answered with 4XX", of_offered=True),
    Stream(0.1, 5, "were answered with 5XX", of_offered=True),
)
ERRORS, SLOW = 0, 1
"""Indices into `STREAMS`."""
_THROTTLED = 3  # the column


@dataclass(frozen=True, slots=True)
class Background:
    """What the baseline's history says: the noise of every stream, and its requests and errors.

    No history of throttles and of 4XX and 5XX is kept: they are taken to be as noisy as is ever reckoned, and
    to come in threes.
    """

    noises: tuple[Dispersion, ...] = (*(2 * [Dispersion()]), *(3 * [Dispersion(1.0, 3.0)]))
    requests: int = 0
    failures: int = 0


def numbers(counts: Counts | None) -> tuple[int, ...]:
    """A version's minute as `WIDTH` whole numbers, `UNKNOWN` where nobody measured."""
    of = counts or Counts()
    slow, client, server = (UNKNOWN if n is None else n for n in (of.slow, of.client_errors, of.server_errors))
    return of.invocations, of.errors, slow, of.throttles, client, server


def _total(rows: Sequence[Row], begin: int) -> Counts:
    """The sum of one version's numbers, which begin there in each row."""
    columns = zip(*(row[begin : begin + WIDTH] for row in rows), strict=True)
    n, errors, slow, throttles, client, server = (
        None if max(column) == UNKNOWN else sum(column) + column.count(UNKNOWN) for column in columns
    )
    return Counts(n or 0, errors or 0, slow, throttles or 0, client, server)


Compared = tuple[int, int, int, int]
"""Requests and failures of the canary, then of the baseline: n1, x1, n0, x0."""


@dataclass(slots=True)
class Weighed:
    """The sums of `add_minute` of the first `rows` rows of a block, for each stream of which anything failed.

    `entered`: what they depend on of all that was before.
    """

    entered: tuple[float, ...]
    rows: int = 0
    sums: list[array[float] | None] = field(default_factory=lambda: [None] * len(STREAMS))

    def add(self, stream: int, minute: Compared, wanted: float, noise: Dispersion, least: float = 0.0) -> None:
        """One more minute of one stream, in which the canary's wanted weight was this."""
        n1, x1, n0, x0 = minute
        if x1 or x0:
            self.sums[stream] = add_minute(
                self.sums[stream],
                x1,
                x0,
                # Where the weight changed within the minute, a part of it had the larger share.
                max(n1 / (n1 + n0), wanted),
                noise,
                allowed=_SLOW_ALLOWED if stream == SLOW else 1.0,
                # What one minute may condemn: ten failures and more, half of the requests, and not the baseline's.
                alone=stream != SLOW and x1 >= 10 and 2 * x1 >= n1 and 10 * x0 < n0,
                least=least,
            )


@dataclass(slots=True)
class Course:
    """Everything that the minutes of a rollout up to some block amount to."""

    minutes: int = 0
    blocks: int = 0
    canary: Counts = field(default_factory=Counts)
    baseline: Counts = field(default_factory=Counts)
    evidence: tuple[EProcess | None, ...] = (None,) * len(STREAMS)
    excess: tuple[Excess, ...] = (Excess(),) * len(STREAMS)
    promoted_expected: float = 0.0
    """Failures to be expected of the canary in the minutes after promotion."""
    split: SplitWatch = field(default_factory=SplitWatch)
    weight: int = 0
    """The latest, in units."""
    risen: float = 0.0
    """The time of the latest minute with a larger weight than the one before."""
    served_to: float | None = None
    """When the latest minute began in which the canary served anything."""

    def enter(self, times: Sequence[float], rows: Sequence[Row], known: Background) -> tuple[float, ...]:
        """What the evidence of the next block depends on of those before: is the weight settled, what was the past."""
        risen = self.risen if self.risen + SETTLING > times[0] else 0.0
        if all(row[0] < WEIGHT_UNITS for row in rows):
            return self.weight, risen
        past = known.requests + self.baseline.invocations, known.failures + self.baseline.errors
        return self.weight, risen, *past

    def after(self, times: Sequence[float], rows: Sequence[Row], weighed: Weighed, known: Background) -> Course:
        """One more block. Those of its rows that `weighed` does not have yet are added to it.

        After promotion nothing runs beside the canary any more: all that the baseline ever did before stands in, with
        the largest noise.
        """
        now = replace(self, minutes=self.minutes + len(rows), blocks=self.blocks + 1)
        now.canary, now.baseline = self.canary + _total(rows, 1), self.baseline + _total(rows, 1 + WIDTH)
        settled: list[bool] = []
        for time, row in zip(times, rows, strict=True):
            now.risen = time if row[0] > now.weight else now.risen
            now.weight = row[0]
            now.split = now.split.after(row[0] / WEIGHT_UNITS, row[1], row[1 + WIDTH])
            now.served_to = time if row[1] else now.served_to
            settled.append(time >= now.risen + SETTLING)
        evidence, excess = list(self.evidence), list(self.excess)
        for index, (stream, noise) in enumerate(zip(STREAMS, known.noises, strict=True)):
            minutes: list[Compared] = []
            past = known.requests + self.baseline.invocations, known.failures + self.baseline.errors
            for number, row in enumerate(rows):
                is_new = number >= weighed.rows
                if row[0] >= WEIGHT_UNITS:
                    if index == ERRORS and row[1] and past[0]:
                        now.promoted_expected += row[1] * past[1] / past[0]
                        if is_new:
                            weighed.add(index, (row[1], row[2], *past), 0.0, noise, least=_LEFT_ALONE)
                elif (minute := _beside(row, stream)) and (settled[number] or index != SLOW):
                    minutes.append(minute)
                    if is_new:
                        weighed.add(index, minute, row[0] / WEIGHT_UNITS, noise)
                past = past[0] + row[1 + WIDTH], past[1] + row[2 + WIDTH]
            excess[index] += Excess.of(minutes)
            before, sums = self.evidence[index], weighed.sums[index]
            if before or sums:
                calm = calmness(((n0, x0) for _, _, n0, x0 in minutes), noise) if sums else ()
                evidence[index] = (before or EProcess.quiet(self.blocks, noise)).after(sums, calm)
        now.evidence, now.excess = tuple(evidence), tuple(excess)
        weighed.rows = len(rows)
        return now

    def value(self, stream: int) -> float:
        """The e-value of a stream; 1 if nothing was ever seen of it."""
        evidence = self.evidence[stream]
        return 1.0 if evidence is None else evidence.value

    def noise(self, known: Background) -> Dispersion:
        """That of the errors."""
        evidence = self.evidence[ERRORS]
        return known.noises[ERRORS] if evidence is None else evidence.noise(known.noises[ERRORS])


def _beside(row: Row, stream: Stream) -> Compared | None:
    """A minute of a stream, if it was measured while both versions served requests."""
    x1, x0 = row[1 + stream.column], row[1 + WIDTH + stream.column]
    n1, n0 = row[1], row[1 + WIDTH]
    if stream.of_offered:
        n1, n0 = n1 + row[1 + _THROTTLED], n0 + row[1 + WIDTH + _THROTTLED]
    return (n1, x1, n0, x0) if n1 and n0 and x1 >= 0 and x0 >= 0 else None
