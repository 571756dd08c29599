"""What the minutes of a rollout amount to: the streams of failures, block by block, and everything that is added up."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from math import ceil, inf, log

from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.evidence import MOST_A_MINUTE_SAYS, Against, add_minute, calmness, starts_may_fail
from multitool_tui.judgement.model import Counts, Tally
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
"""How many numbers a version has in a minute, without metrics of the plan's own (`Layout`)."""
_STARTING = 120.0  # seconds after a raise of the weight in which new environments start
_SLOW_ALLOWED = 1.5  # a canary with this many times the baseline's odds of a slow request is not slow
_NO_HISTORY = Dispersion(1.0, 3.0)  # as noisy as is ever reckoned, and in threes
_LEFT_ALONE = 1.0  # the noise (sigma) of a comparison with the past


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of failure, its share of the false-alarm budget, and where it stands among a version's numbers.

    `of_offered`: whether throttled requests are among those to which it can happen; they are no invocations.
    `at_starts`: whether new environments may fail so as they start. `of`: the column of what it can happen to.
    `metric`: the plan's own metric that counts it, where one does.
    """

    share: float
    column: int
    what: str = "failed"
    of_offered: bool = False
    at_starts: bool = False
    of: int = 0
    metric: str = ""


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
_OF_METRICS = 0.2  # the share of all metrics of the plan's own together, taken from that of errors
_UNUSUAL = 20  # one in so many of the history's minutes
_MISSED = 5.0  # of the canary: that none of so many comes is chance once in 150 times
_MISSED_MINUTES = 5
_SUMS = 7  # in `Excess`
_THROTTLED = 3  # the column


@cache
def layout_of(metrics: tuple[str, ...]) -> Layout:
    """The layout with these metrics of the plan's own: one for all judges."""
    return Layout(metrics)


class Layout:
    """What the numbers of a version in a minute are, and which streams of failures are made of them.

    A row is the weight in units, then the canary's `width` numbers, then the baseline's. After the first `WIDTH`, a
    version has for each of the plan's own metrics how many were bad, and of how many.
    """

    __slots__ = ("metrics", "of_metrics", "streams", "width")

    def __init__(self, metrics: tuple[str, ...]) -> None:
        self.metrics = metrics
        self.width = WIDTH + 2 * len(self.metrics)
        own = (
            Stream(_OF_METRICS / len(self.metrics), at, "were bad", at_starts=True, of=at + 1, metric=metric)
            for at, metric in zip(range(WIDTH, self.width, 2), self.metrics, strict=True)
        )
        errors = replace(STREAMS[ERRORS], share=STREAMS[ERRORS].share - _OF_METRICS) if metrics else STREAMS[ERRORS]
        self.streams = (errors, *STREAMS[1:], *own)
        self.of_metrics = range(len(STREAMS), len(self.streams))
        """The indices of the metrics' streams."""

    def __reduce__(self) -> tuple[Callable[[tuple[str, ...]], Layout], tuple[tuple[str, ...]]]:
        return layout_of, (self.metrics,)

    def numbers(self, counts: Counts | None) -> tuple[int, ...]:
        """A version's minute as whole numbers, `UNKNOWN` where nobody measured."""
        of = counts or Counts()
        slow, client, server = (UNKNOWN if n is None else n for n in (of.slow, of.client_errors, of.server_errors))
        own: list[int] = []
        for metric in self.metrics:
            tally = of.tally(metric)
            own += (tally.bad, tally.total) if tally else (UNKNOWN, UNKNOWN)
        return of.invocations, of.errors, slow, of.throttles, client, server, *own

    def counts(self, numbers: Row) -> Counts:
        """What `numbers` was made of."""
        invocations, errors, slow, throttles, client, server, *own = numbers
        tallies: tuple[Tally, ...] = ()
        if own:
            pairs = zip(self.metrics, own[::2], own[1::2], strict=True)
            tallies = tuple(Tally(metric, bad, total) for metric, bad, total in pairs if total != UNKNOWN)
        return Counts(invocations, errors, _known(slow), throttles, _known(client), _known(server), tallies)

    def beside(self, row: Row, stream: Stream) -> Compared | None:
        """A minute of a stream, if it was measured while both versions served requests."""
        canary, baseline = 1, 1 + self.width
        x1, x0 = row[canary + stream.column], row[baseline + stream.column]
        n1, n0 = row[canary + stream.of], row[baseline + stream.of]
        if stream.of_offered:
            n1, n0 = n1 + row[canary + _THROTTLED], n0 + row[baseline + _THROTTLED]
        return (n1, x1, n0, x0) if n1 > 0 and n0 > 0 and x1 >= 0 and x0 >= 0 else None


Compared = tuple[int, int, int, int]
"""Requests and failures of the canary, then of the baseline: n1, x1, n0, x0."""


@dataclass(frozen=True, slots=True)
class Background:
    """What the baseline's history says: the noise of every stream, its requests and errors.

    `rates`: the error rates (0-1) of its minutes, in rising order: of each, or evenly of them a hundred at most.
    """

    noises: tuple[Dispersion, ...]
    requests: int = 0
    failures: int = 0
    rates: array[float] = field(default_factory=lambda: array("f"))

    @classmethod
    @cache
    def unknown(cls, layout: Layout) -> Background:
        """Without a history: one for all judges of a layout."""
        return cls.of(Dispersion(), Dispersion(), [Dispersion() for _ in layout.metrics])

    @classmethod
    def of(
        cls,
        errors: Dispersion,
        slow: Dispersion,
        own: Sequence[Dispersion],
        minutes: Sequence[tuple[int, int]] = (),
    ) -> Background:
        """With the noise of errors, of slow requests and of the plan's own metrics; `minutes`: requests and errors.

        No history of throttles and of 4XX and 5XX is kept.
        """
        rates = sorted(failures / requests for requests, failures in minutes if requests)
        return cls(
            (errors, slow, *(3 * [_NO_HISTORY]), *own),
            sum(requests for requests, _ in minutes),
            sum(failures for _, failures in minutes),
            array("f", rates[:: -ceil(len(rates) / MOST_A_MINUTE_SAYS) or -1][::-1]),  # with the largest
        )

    @property
    def usual(self) -> float:
        """The error rate that the baseline has had in all minutes but one of twenty, or more; none is unusual to it
        without a history."""
        return self.rates[-1 - len(self.rates) // _UNUSUAL] if self.rates else inf

    def most_said(self, rate: float) -> float:
        """The most that a minute with this error rate may say by itself, as a logarithm.

        Where the baseline has had minutes with half of the rate and more, in one of n, such a minute multiplies the
        evidence by n at most: then chance makes no more than 1 of it on average.
        """
        like_it = len(self.rates) - bisect_left(self.rates, rate / 2)
        return log(len(self.rates) / like_it) if like_it else inf


class Bets:
    """What may be the reason in each stream under the noise that the history shows, and how much room that takes."""

    __slots__ = ("bets", "layout", "levels", "noises", "streams")

    def __init__(self, noises: Sequence[Dispersion], layout: Layout) -> None:
        self.noises, self.layout = tuple(noises), layout
        found: list[Against] = []
        for index, (stream, noise) in enumerate(zip(layout.streams, noises, strict=True)):
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
        most: float = inf,
        starts: float = 0.0,
    ) -> None:
        """One more minute of one stream, in which the canary's wanted weight was this. Others: as in `add_minute`."""
        n1, x1, n0, x0 = minute
        if self.said is None:
            self.said = array("f", bytes(4 * (bets.bets + bets.levels)))
        self.failing |= 1 << stream
        # Where the weight changed within the minute, a part of it had the larger share.
        share = max(n1 / (n1 + n0), wanted)
        # What one minute may condemn: ten failures and more, half of the requests, and not the baseline's.
        alone = stream != SLOW and x1 >= 10 and 2 * x1 >= n1 and 10 * x0 < n0
        against = bets.streams[stream]
        add_minute(self.said, x1, x0, share, against, alone=alone, least=least, most=most, starts=starts)

    def see_noise(self, bets: Bets, rows: Sequence[Row]) -> None:
        """Look at how much the baseline varied over all rows of the block."""
        if self.said is not None:
            beside, streams = bets.layout.beside, bets.layout.streams
            for index, against in enumerate(bets.streams):
                if self.failing >> index & 1:
                    seen = [beside(row, streams[index]) for row in rows if row[0] < WEIGHT_UNITS]
                    calm = calmness([minute[2:] for minute in seen if minute], against)
                    begin = bets.bets + against.first
                    self.said[begin : begin + len(calm)] = array("f", calm)


class Course:
    """Everything that is added up over the minutes of a rollout, in order of time.

    `counts`: the canary's numbers, then the baseline's. `weight`: the latest, in units. `risen`: the time of the latest
    minute with a larger weight than the one before, of `rises` in all. `starts`: for each stream, how many failures
    since then may still be those of environments that start. `served_to`: when the latest minute began in which the
    canary served anything. `promoted_expected`: failures to be expected of the canary in the minutes after promotion.

    `_reports`: of each of the plan's own metrics, how many the canary would have since it last reported any, if it
    reported as the baseline does; the minutes in which it served and neither version reported any; and when the latest
    minute began in which it did, 0 if never.
    """

    __slots__ = (
        "_excess",
        "_layout",
        "_reports",
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

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.minutes = self.weight = self.rises = 0
        self.counts = array("q", 2 * layout.numbers(None))
        self._excess = array("d", bytes(8 * _SUMS * (len(layout.streams) + 1)))  # the last is that of `calm`
        self.promoted_expected = self.risen = 0.0
        self.starts = array("d", bytes(8 * len(layout.streams)))
        self._reports = array("d", bytes(8 * 3 * len(layout.metrics)))
        self.split = SplitWatch()
        self.served_to: float | None = None

    def copy(self) -> Course:
        """Another one that can go on by itself."""
        other = Course(self._layout)
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
        the largest noise. A burst has nothing beside it that it would hit as well: it says no more than it is rare.
        """
        self.minutes += 1
        if row[0] > self.weight:
            self.starts = array("d", [starts_may_fail(noise, self.rises) for noise in bets.noises])
            self.risen, self.rises = time, self.rises + 1
        self.weight = row[0]
        self.split = self.split.after(row[0] / WEIGHT_UNITS, row[1], row[1 + self._layout.width])
        if row[1]:
            self.served_to = time
        if row[0] < WEIGHT_UNITS:
            self._compare(row, weighed, known, bets, time - self.risen)
            if self._reports:
                self._miss(time, row)
        elif row[1]:
            n0, x0 = self._past(known)
            if n0:
                self.promoted_expected += row[1] * x0 / n0
                if weighed and (row[2] or x0):
                    most = known.most_said(row[2] / row[1])
                    weighed.add(bets, ERRORS, (row[1], row[2], n0, x0), 0.0, least=_LEFT_ALONE, most=most)
        for index, count in enumerate(row[1:]):
            if count > 0 or (count == 0 and self.counts[index] == UNKNOWN):
                self.counts[index] = max(0, self.counts[index]) + count

    def _compare(self, row: Row, weighed: Weighed | None, known: Background, bets: Bets, rested: float) -> None:
        beside = self._layout.beside
        for index, stream in enumerate(self._layout.streams):
            minute = beside(row, stream)
            if minute is None or (index == SLOW and rested < SETTLING):
                continue
            self._add(index, minute)
            _, x1, n0, x0 = minute
            if index == ERRORS and x0 <= known.usual * n0:
                self._add(len(self._layout.streams), minute)
            if x1 + x0:
                starts = self.starts[index] if rested < _STARTING else 0.0
                if weighed:
                    weighed.add(bets, index, minute, row[0] / WEIGHT_UNITS, starts=starts)
                self.starts[index] = max(0.0, starts - x1)

    def _miss(self, time: float, row: Row) -> None:
        """Look at what the plan's own metrics did not say."""
        width = self._layout.width
        n1, n0 = row[1], row[1 + width]
        for at, column in zip(range(0, len(self._reports), 3), range(WIDTH + 1, width, 2), strict=True):
            total1, total0 = row[1 + column], row[1 + width + column]
            missed, silent, _ = self._reports[at : at + 3]
            if total1 > 0:
                self._reports[at : at + 3] = array("d", (0.0, 0.0, time))
            elif n1 and total0 > 0:
                self._reports[at : at + 2] = array("d", (missed + (total0 * n1 / n0 if n0 else 0.0), 0.0))
            elif n1:
                self._reports[at + 1] = silent + 1

    @property
    def missing(self) -> list[int]:
        """Which of the plan's own metrics the canary should have reported by now: nothing is known of those.

        One that was never reported by anybody is missing at once; later it takes five minutes of both being silent.
        """
        found = []
        for index, stream in enumerate(self._layout.of_metrics):
            missed, silent = self._reports[3 * index : 3 * index + 2]
            if missed > _MISSED or silent >= (_MISSED_MINUTES if self._excess[_SUMS * stream] else 1):
                found.append(index)
        return found

    def measured_to(self, metric: int) -> float | None:
        """When the latest minute began in which the canary reported this one of the plan's own metrics."""
        return self._reports[3 * metric + 2] or None

    def _past(self, known: Background) -> tuple[int, int]:
        """Requests and errors of the baseline, ever."""
        width = self._layout.width
        return known.requests + self.counts[width], known.failures + self.counts[width + 1]

    @property
    def canary(self) -> Counts:
        """All that it did."""
        return self._layout.counts(self.counts[: self._layout.width])

    @property
    def baseline(self) -> Counts:
        """All that it did beside the canary."""
        return self._layout.counts(self.counts[self._layout.width :])

    def fails(self, stream: int) -> bool:
        """Whether anything may have failed so, on either version."""
        return self._excess[_SUMS * stream + 6] > 0 or (stream == ERRORS and self.minutes > 0)

    @property
    def compared(self) -> bool:
        """Whether both versions ever served requests in the same minute."""
        return self._excess[_SUMS * ERRORS] > 0

    def excess(self, stream: int) -> Excess:
        """The canary's failures beside the expected ones."""
        begin = _SUMS * stream
        requests, failures, *rest = self._excess[begin : begin + _SUMS]
        return Excess(round(requests), round(failures), *rest)

    @property
    def calm(self) -> Excess:
        """The same of errors, without the minutes that were unusually bad for the baseline: a burst hides the rest."""
        return self.excess(len(self._layout.streams))

    def _add(self, stream: int, minute: Compared) -> None:
        """Add a minute to what `excess` says."""
        n1, x1, n0, x0 = minute
        sums, at, both = self._excess, _SUMS * stream, x1 + x0
        sums[at] += n1
        if both:
            sums[at + 1] += x1
            sums[at + 2] += n1 * x0 / n0
            sums[at + 3] += both * n1 / n0
            sums[at + 4] += (both * n1 / (n1 + n0)) ** 2
            sums[at + 5] += (x1 - n1 * x0 / n0) ** 2
            sums[at + 6] += 1


def _known(count: int) -> int | None:
    return None if count == UNKNOWN else count
