"""What the minutes of a rollout amount to: the streams of failures, block by block, and everything that is added up."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.evidence import Against, add_minute, calmness, starts_may_fail
from multitool_tui.judgement.model import Counts
from multitool_tui.judgement.ramp import Excess
from multitool_tui.judgement.series import UNKNOWN, Row
from multitool_tui.judgement.split import SplitWatch

WEIGHT_UNITS = 1e9
"""Weights are kept as whole numbers."""
SETTLING = 300.0
"""Seconds without a rise of the weight before slow requests count: new environments start cold."""
CLEARED = 240.0
"""Seconds without a rise after which failures while environments started are no reason not to raise the weight."""
WIDTH = 6
"""How many numbers a version has in a minute; a row is the weight in units, the canary's numbers, the baseline's."""
_STARTING = 120.0  # seconds after a raise of the weight in which new environments start
_SLOW_ALLOWED = 1.5  # a canary with this many times the baseline's odds of a slow request is not slow
_LEFT_ALONE = 1.0  # the noise (sigma) of a comparison with the past


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of failure, its share of the false-alarm budget, and where it stands among a version's numbers.

    `of_offered`: whether throttled requests are among those to which it can happen; they are no invocations.
    `at_starts`: whether new environments may fail so as they start.
    """

    share: float
    column: int
    what: str = "failed"
    of_offered: bool = False
    at_starts: bool = False


# Errors have the most: the others mostly come with them. A share of 0.1 costs a stream log 10, about one failure's
# worth of evidence.
STREAMS = (
    Stream(0.7, 1, at_starts=True),
    Stream(0.05, 2, "were slow"),
    Stream(0.1, 3, "were throttled", of_offered=True),
    Stream(0.05, 4, "were answered with 4XX", of_offered=True),
    Stream(0.1, 5, "were answered with 5XX", of_offered=True, at_starts=True),
)
ERRORS, SLOW = 0, 1
"""Indices into `STREAMS`."""
_SUMS = 7  # in `Excess`
_THROTTLED = 3  # the column


Compared = tuple[int, int, int, int]
"""Requests and failures of the canary, then of the baseline: n1, x1, n0, x0."""


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


class Bets:
    """What may be the reason in each stream under the noise that the history shows, and how much room that takes."""

    __slots__ = ("bets", "levels", "noises", "streams")

    def __init__(self, noises: Sequence[Dispersion]) -> None:
        self.noises = tuple(noises)
        found: list[Against] = []
        for index, (stream, noise) in enumerate(zip(STREAMS, noises, strict=True)):
            allowed = _SLOW_ALLOWED if index == SLOW else 1.0
            found.append(Against(noise, allowed, starts=stream.at_starts, after=found[-1] if found else None))
        self.streams = tuple(found)
        self.bets = found[-1].end
        self.levels = found[-1].first + len(found[-1].levels)


class Weighed:
    """What the first `rows` rows of a block say: sums of `add_minute` of all streams, then of `calmness`.

    `said` is None if nothing failed. `failing`: the streams in which something did, one bit each. `entered`: what it
    depends on of all that was before.
    """

    __slots__ = ("entered", "failing", "rows", "said")

    def __init__(self, entered: tuple[float, ...]) -> None:
        self.entered = entered
        self.rows = 0
        self.said: array[float] | None = None
        self.failing = 0

    def add(
        self,
        bets: Bets,
        stream: int,
        minute: Compared,
        wanted: float,
        *,
        least: float = 0.0,
        starts: float = 0.0,
    ) -> None:
        """One more minute of one stream, in which the canary's wanted weight was this."""
        n1, x1, n0, x0 = minute
        if self.said is None:
            self.said = array("f", bytes(4 * (bets.bets + bets.levels)))
        self.failing |= 1 << stream
        # Where the weight changed within the minute, a part of it had the larger share.
        share = max(n1 / (n1 + n0), wanted)
        # What one minute may condemn: ten failures and more, half of the requests, and not the baseline's.
        alone = stream != SLOW and x1 >= 10 and 2 * x1 >= n1 and 10 * x0 < n0
        add_minute(self.said, x1, x0, share, bets.streams[stream], alone=alone, least=least, starts=starts)

    def see_noise(self, bets: Bets, rows: Sequence[Row]) -> None:
        """Look at how much the baseline varied over all rows of the block."""
        if self.said is not None:
            beside = [row for row in rows if row[0] < WEIGHT_UNITS]
            for index, against in enumerate(bets.streams):
                if self.failing >> index & 1:
                    seen = (_beside(row, STREAMS[index]) for row in beside)
                    calm = calmness([(minute[2], minute[3]) for minute in seen if minute], against)
                    begin = bets.bets + against.first
                    self.said[begin : begin + len(calm)] = array("f", calm)


class Course:
    """Everything that is added up over the minutes of a rollout, in order of time.

    `counts`: the canary's numbers, then the baseline's. `weight`: the latest, in units. `risen`: the time of the latest
    minute with a larger weight than the one before, of `rises` in all. `starts`: for each stream, how many failures
    since then may still be those of environments that start. `served_to`: when the latest minute began in which the
    canary served anything. `promoted_expected`: failures to be expected of the canary in the minutes after promotion.
    """

    __slots__ = (
        "_excess",
        "counts",
        "minutes",
        "promoted_expected",
        "risen",
        "rises",
        "served_to",
        "split",
        "starts",
        "weight",
    )

    def __init__(self) -> None:
        self.minutes = self.weight = self.rises = 0
        self.counts = array("q", 2 * numbers(None))
        self._excess = array("d", bytes(8 * _SUMS * len(STREAMS)))
        self.promoted_expected = self.risen = 0.0
        self.starts = array("d", bytes(8 * len(STREAMS)))
        self.split = SplitWatch()
        self.served_to: float | None = None

    def copy(self) -> Course:
        """Another one that can go on by itself."""
        other = Course()
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(other, name, value[:] if isinstance(value, array) else value)
        return other

    def entering(self, time: float) -> tuple[float, ...]:
        """What the evidence of a block that begins now depends on: whether the weight has settled."""
        if self.risen + SETTLING <= time:
            return (self.weight,)
        return self.weight, self.risen, *(self.starts if self.risen + _STARTING > time else ())

    def take(self, time: float, row: Row, known: Background, weighed: Weighed | None, bets: Bets) -> None:
        """One more minute, of which the evidence is added to `weighed` too.

        After promotion nothing runs beside the canary any more: all that the baseline ever did before stands in, with
        the largest noise.
        """
        self.minutes += 1
        if row[0] > self.weight:
            self.starts = array("d", [starts_may_fail(noise, self.rises) for noise in bets.noises])
            self.risen, self.rises = time, self.rises + 1
        self.weight = row[0]
        self.split = self.split.after(row[0] / WEIGHT_UNITS, row[1], row[1 + WIDTH])
        if row[1]:
            self.served_to = time
        if row[0] < WEIGHT_UNITS:
            self._compare(row, weighed, bets, time - self.risen)
        elif row[1]:
            n0, x0 = self._past(known)
            if n0:
                self.promoted_expected += row[1] * x0 / n0
                if weighed and (row[2] or x0):
                    weighed.add(bets, ERRORS, (row[1], row[2], n0, x0), 0.0, least=_LEFT_ALONE)
        for index, count in enumerate(row[1:]):
            if count > 0 or (count == 0 and self.counts[index] == UNKNOWN):
                self.counts[index] = max(0, self.counts[index]) + count

    def _compare(self, row: Row, weighed: Weighed | None, bets: Bets, rested: float) -> None:
        for index, stream in enumerate(STREAMS):
            minute = _beside(row, stream)
            if minute is None or (index == SLOW and rested < SETTLING):
                continue
            n1, x1, n0, x0 = minute
            excess, at, both = self._excess, _SUMS * index, x1 + x0
            excess[at] += n1
            if both:
                excess[at + 1] += x1
                excess[at + 2] += n1 * x0 / n0
                excess[at + 3] += both * n1 / n0
                excess[at + 4] += (both * n1 / (n1 + n0)) ** 2
                excess[at + 5] += (x1 - n1 * x0 / n0) ** 2
                excess[at + 6] += 1
                starts = self.starts[index] if rested < _STARTING else 0.0
                if weighed:
                    weighed.add(bets, index, minute, row[0] / WEIGHT_UNITS, starts=starts)
                self.starts[index] = max(0.0, starts - x1)

    def _past(self, known: Background) -> tuple[int, int]:
        """Requests and errors of the baseline, ever."""
        return known.requests + self.counts[WIDTH], known.failures + self.counts[WIDTH + 1]

    @property
    def canary(self) -> Counts:
        """All that it did."""
        return _counts(self.counts[:WIDTH])

    @property
    def baseline(self) -> Counts:
        """All that it did beside the canary."""
        return _counts(self.counts[WIDTH:])

    def fails(self, stream: int) -> bool:
        """Whether anything may have failed so, on either version."""
        return self._excess[_SUMS * stream + 6] > 0 or (stream == ERRORS and self.minutes > 0)

    @property
    def compared(self) -> bool:
        """Whether both versions ever served requests in the same minute."""
        return self._excess[_SUMS * ERRORS] > 0

    def excess(self, stream: int) -> Excess:
        """The canary's failures beside the expected ones."""
        requests, failures, *rest = self._excess[_SUMS * stream : _SUMS * (stream + 1)]
        return Excess(round(requests), round(failures), *rest)


def _counts(numbers: Row) -> Counts:
    invocations, errors, slow, throttles, client, server = numbers
    return Counts(invocations, errors, _known(slow), throttles, _known(client), _known(server))


def _known(count: int) -> int | None:
    return None if count == UNKNOWN else count


def _beside(row: Row, stream: Stream) -> Compared | None:
    """A minute of a stream, if it was measured while both versions served requests."""
    x1, x0 = row[1 + stream.column], row[1 + WIDTH + stream.column]
    n1, n0 = row[1], row[1 + WIDTH]
    if stream.of_offered:
        n1, n0 = n1 + row[1 + _THROTTLED], n0 + row[1 + WIDTH + _THROTTLED]
    return (n1, x1, n0, x0) if n1 and n0 and x1 >= 0 and x0 >= 0 else None
