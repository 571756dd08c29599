"""The judge: puts the evidence of all minutes together; says harmful, safe or undecided, and what weight it affords.

The same minutes give the same answer, in whatever order and however often they come.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from multitool_tui.judgement import sentences
from multitool_tui.judgement.alarms import AlarmMemory
from multitool_tui.judgement.dispersion import Dispersion, measure
from multitool_tui.judgement.likelihood import MOST_A_MINUTE_SAYS, EProcess, log_factors
from multitool_tui.judgement.model import AlarmState, Counts, Evidence, Judgement, Minute, Verdict
from multitool_tui.judgement.ramp import Excess, affordable_weight, first_weight
from multitool_tui.judgement.series import UNKNOWN, Series
from multitool_tui.judgement.split import SplitWatch

HARM_LIMIT = 1000.0
"""The e-value at which the canary is harmful: a false alarm in at most one of a thousand rollouts."""
DOUBT = 20.0
"""The e-value from which no weight is raised, and nothing is safe."""
_SLOW_SHARE = 0.2  # of the false-alarm budget, where slowness rolls back
_SLOW_ALLOWED = 1.5  # a canary with this many times the baseline's odds of a slow request is not slow
_SETTLING = 5  # minutes after a rise of the weight in which new environments start cold
_TOLERATED_EXCESS = 0.005  # share of requests; or a tenth of the baseline's own failures, if that is more
_ENOUGH = 100  # canary requests without which nothing is safe
_SERVED_RECENTLY = 10  # minutes over which traffic is averaged
_HISTORY, _REPLACEABLE = 600, 120  # minutes that are kept
_CHECKPOINTS = 4  # minutes that may come late without all being weighed anew
_WEIGHT_UNITS = 1e9  # weights are kept as whole numbers
_NO_NOISE_KNOWN = Dispersion()


@dataclass(frozen=True, slots=True)
class Settings:
    """By what a rollout is judged.

    Args:
        budget: bad requests that a bad version may cost; the ramp lives on it.
        max_weight: the weight (0-1) up to which the ramp goes; None where a timetable sets the weights.
        min_bake: nothing is safe earlier than this after the canary's first minute.
        patience: from here on a canary that has not raised doubts is safe, however little was seen.
        period: the length of a minute.
        blind: from the moment that something breaks to the moment that its minute is judged and the weight taken back.
        slow_rolls_back: whether a slow canary is harmful, or only never safe and never raised.
    """

    budget: float = 30.0
    max_weight: float | None = 0.25
    min_bake: timedelta = timedelta(minutes=15)
    patience: timedelta = timedelta(minutes=30)
    period: timedelta = timedelta(minutes=1)
    blind: timedelta = timedelta(minutes=3)
    slow_rolls_back: bool = False


@dataclass(frozen=True, slots=True)
class _Background:
    """What the baseline's history says."""

    errors: Dispersion = _NO_NOISE_KNOWN
    slow: Dispersion = _NO_NOISE_KNOWN
    requests: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class _Course:
    """Everything that the minutes up to one of them amount to."""

    errors: EProcess = EProcess()  # noqa: RUF009 - frozen
    slow: EProcess = EProcess()  # noqa: RUF009
    excess: Excess = Excess()  # noqa: RUF009
    slow_excess: Excess = Excess()  # noqa: RUF009
    split: SplitWatch = SplitWatch()  # noqa: RUF009
    canary: Counts = Counts()  # noqa: RUF009
    baseline: Counts = Counts()  # noqa: RUF009
    promoted_expected: float = 0.0
    """Failures to be expected of the canary in the minutes after promotion."""
    minutes: int = 0
    settled: int = 0
    """Minutes since the weight was last raised."""
    weight: float = 0.0
    served_to: float | None = None
    """When the latest minute began in which the canary served anything."""


class EvidenceJudge:
    """Judges by evidence. Satisfies `judgement.model.Judge`.

    Of the history the latest ten hours count. The latest two hours of a rollout may be replaced by late data, older
    minutes count as they were. It keeps no more than 20 kB.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._history = Series(width=3, keep=_HISTORY)  # requests, errors, slow: of the baseline alone
        self._rollout = Series(width=7, keep=_REPLACEABLE)  # weight, then the same of the canary and of the baseline
        self._alarms = AlarmMemory()
        self._background: _Background | None = None
        self._first: float | None = None
        self._before = _Course()  # the course of the minutes that are no longer kept
        self._courses: list[tuple[float, _Course]] = []  # after the minute of that time, oldest first

    def see_minute(self, minute: Minute) -> Judgement:
        """Weigh a minute; one that begins when an earlier one did takes its place."""
        time = minute.start.timestamp()
        if minute.weight > 0:
            if self._history.remove(time) is not None:
                self._weigh_anew()
            self._put(time, minute)
        else:
            if self._rollout.remove(time) is not None:
                self._first = self._rollout.times[0] if self._rollout else None
                self._weigh_anew()
            baseline = minute.baseline or Counts()
            changed = self._history.put(time, _numbers(baseline)) is not None
            if changed and (self._first is None or time < self._first):
                self._weigh_anew()
        return self._judge()

    def see_alarms(self, states: Mapping[str, AlarmState]) -> Judgement:
        """Weigh alarm states as read now; the first call is the start."""
        self._alarms.see(states)
        return self._judge()

    # What the minutes amount to

    def _put(self, time: float, minute: Minute) -> None:
        if self._first is None or time < self._first:
            self._first = time
            self._weigh_anew()
        if len(self._rollout) == _REPLACEABLE and time > self._rollout.times[-1]:
            self._before = self._after(self._before, self._rollout.times[0], self._rollout[0])
        weight = round(min(1.0, minute.weight) * _WEIGHT_UNITS)
        row = (weight, *_numbers(minute.canary or Counts()), *_numbers(minute.baseline or Counts()))
        if self._rollout.put(time, row) is not None:
            while self._courses and self._courses[-1][0] >= time:
                self._courses.pop()

    def _weigh_anew(self) -> None:
        self._background = None
        self._courses.clear()

    def _course(self) -> _Course:
        """The course up to the latest minute, from the latest one that is still good."""
        times = self._rollout.times
        if self._courses:
            known, course = self._courses[-1]
            begin = bisect_left(times, known) + 1
        else:
            begin, course = 0, self._before
        for index in range(begin, len(times)):
            course = self._after(course, times[index], self._rollout[index])
            self._courses.append((times[index], course))
        del self._courses[:-_CHECKPOINTS]
        return course

    def _known(self) -> _Background:
        """What the history says, measured once the canary has begun."""
        if self._background is None:
            end = None if self._first is None else bisect_left(self._history.times, self._first)
            rows = self._history.rows(end)
            self._background = _Background(
                measure([(n, x) for n, x, _ in rows]),
                measure([(n, slow) for n, _, slow in rows if slow != UNKNOWN]),
                sum(n for n, _, _ in rows),
                sum(x for _, x, _ in rows),
            )
        return self._background

    def _after(self, course: _Course, time: float, row: tuple[int, ...]) -> _Course:
        weight, n1, x1, slow1, n0, x0, slow0 = row
        wanted = weight / _WEIGHT_UNITS
        known = self._known()
        settled = 0 if wanted > course.weight else course.settled + 1
        course = replace(
            course,
            split=course.split.after(wanted, n1, n0),
            canary=course.canary + _counts(n1, x1, slow1),
            baseline=course.baseline + _counts(n0, x0, slow0),
            minutes=course.minutes + 1,
            settled=settled,
            weight=wanted,
            served_to=time if n1 else course.served_to,
        )
        if wanted >= 1:
            return self._after_promotion(course, n1, x1)
        if not n1 or not n0:
            return course
        share = max(n1 / (n1 + n0), wanted)
        slow, slow_excess = course.slow, course.slow_excess
        if UNKNOWN not in (slow1, slow0) and settled >= _SETTLING:
            slow = slow.after(log_factors(slow1, slow0, share, known.slow, _SLOW_ALLOWED))
            slow_excess = slow_excess.after(n1, slow1, n0, slow0, known.slow)
        most = HARM_LIMIT * 1e3 if _is_catastrophe(n1, x1, n0, x0) else MOST_A_MINUTE_SAYS
        return replace(
            course,
            errors=course.errors.after(log_factors(x1, x0, share, known.errors), most),
            excess=course.excess.after(n1, x1, n0, x0, known.errors),
            slow=slow,
            slow_excess=slow_excess,
        )

    def _after_promotion(self, course: _Course, n1: int, x1: int) -> _Course:
        """Nothing runs beside the canary any more: all that the baseline ever did stands in, with the largest noise."""
        known = self._known()
        n0, x0 = known.requests + course.baseline.invocations, known.failures + course.baseline.errors
        if not n1 or not n0:
            return course
        noise = replace(known.errors, sigma=1.0)
        most = HARM_LIMIT * 1e3 if _is_catastrophe(n1, x1, n0, x0) else MOST_A_MINUTE_SAYS
        return replace(
            course,
            errors=course.errors.after(log_factors(x1, x0, n1 / (n1 + n0), noise), most),
            promoted_expected=course.promoted_expected + n1 * x0 / n0,
        )

    # What follows from it

    def _judge(self) -> Judgement:
        course, known, settings = self._course(), self._known_if_begun(), self._settings
        bound = course.excess.bound(known.errors)
        base_rate = _rate(known.failures + course.baseline.errors, known.requests + course.baseline.invocations)
        target = max(_TOLERATED_EXCESS, base_rate / 10)
        harm = self._harm(course)
        is_slow = course.slow.value >= HARM_LIMIT
        verdict, reason = self._decide(course, bound, target, harm, is_slow=is_slow)
        return Judgement(
            verdict=verdict,
            reason=reason,
            evidence=Evidence(
                harm=harm,
                harm_limit=HARM_LIMIT,
                harm_unit="to one that it is worse",
                safety=min(1 / bound, 1 / target),
                safety_limit=1 / target,
                safety_unit="requests for each one that fails because of it",
            ),
            baseline=course.baseline,
            canary=course.canary,
            seen_to=None
            if course.served_to is None
            else datetime.fromtimestamp(course.served_to, UTC) + settings.period,
            alarms=self._alarms.fired,
            weight_afforded=self._afforded(course, bound, base_rate, doubtful=harm >= DOUBT or is_slow),
        )

    def _known_if_begun(self) -> _Background:
        return _Background() if self._first is None else self._known()

    def _harm(self, course: _Course) -> float:
        """The e-value of all streams: where slowness rolls back too, their mean by shares of the budget."""
        if not self._settings.slow_rolls_back:
            return course.errors.value
        return (1 - _SLOW_SHARE) * course.errors.value + _SLOW_SHARE * course.slow.value

    def _decide(
        self, course: _Course, bound: float, target: float, harm: float, *, is_slow: bool
    ) -> tuple[Verdict, str]:
        seen = sentences.failures(
            course.canary.errors, course.canary.invocations, course.excess.expected + course.promoted_expected,
            course.errors.value,
        )  # fmt: skip
        slow_seen = sentences.failures(
            course.slow_excess.failures, course.slow_excess.requests, course.slow_excess.expected, course.slow.value,
            "were slow",
        )  # fmt: skip
        if self._alarms.fired:
            return Verdict.HARMFUL, sentences.alarms_fired(self._alarms.fired)
        if harm >= HARM_LIMIT:
            return Verdict.HARMFUL, f"{slow_seen if course.slow.value > course.errors.value else seen}."
        silence = self._silence(course)
        if silence is not None:
            return Verdict.UNDECIDED, silence
        if is_slow:
            return Verdict.UNDECIDED, f"{slow_seen}: the canary is held where it is."
        known_well = bound <= target and self._at_last_weight(course)
        shortest = self._settings.min_bake if known_well else self._settings.patience
        if harm < DOUBT and self._age >= shortest and course.canary.invocations >= _ENOUGH:
            return Verdict.SAFE, f"{seen}: {sentences.bounded(bound)}."
        return Verdict.UNDECIDED, f"{seen}."

    def _silence(self, course: _Course) -> str | None:
        """Why the minutes say too little to go by, if they do: four states, of which none is health."""
        if not course.minutes:
            return sentences.NOT_SEALED
        if course.split.broken:
            split = course.split
            return sentences.split_broken(split.weight, split.canary, split.canary + split.baseline)
        if not course.canary.invocations and not course.baseline.invocations:
            return sentences.no_requests(course.minutes)
        if course.canary.invocations < _ENOUGH and not course.canary.errors:
            return sentences.too_few(course.canary.invocations, _ENOUGH)
        return None

    @property
    def _age(self) -> timedelta:
        """From the beginning of the canary's first minute to the end of its latest."""
        if self._first is None:
            return timedelta()
        return timedelta(seconds=self._rollout.times[-1] - self._first) + self._settings.period

    def _at_last_weight(self, course: _Course) -> bool:
        return self._settings.max_weight is None or course.weight >= self._settings.max_weight - 1 / _WEIGHT_UNITS

    def _afforded(self, course: _Course, bound: float, base_rate: float, *, doubtful: bool) -> float | None:
        settings = self._settings
        if settings.max_weight is None:
            return course.weight if doubtful or course.split.broken else None
        blind = self._requests_a_minute() * (settings.blind / settings.period)
        first = first_weight(settings.budget, blind, settings.max_weight)
        if not course.minutes:
            return first
        if not course.excess.requests:
            return min(first, course.weight)
        weight = affordable_weight(
            bound,
            seen_at=course.weight,
            budget=settings.budget,
            blind=blind,
            base_rate=base_rate,
            max_weight=settings.max_weight,
        )
        return min(weight, course.weight) if doubtful or course.split.broken else weight

    def _requests_a_minute(self) -> float:
        """The traffic of both versions, over the latest ten minutes."""
        length = len(self._rollout)
        totals = [self._rollout[i][1] + self._rollout[i][4] for i in range(max(0, length - _SERVED_RECENTLY), length)]
        missing = _SERVED_RECENTLY - len(totals)
        if missing:
            end = len(self._history) if self._first is None else bisect_left(self._history.times, self._first)
            totals += [self._history[i][0] for i in range(max(0, end - missing), end)]
        return sum(totals) / len(totals) if totals else 0.0


def _is_catastrophe(n1: int, x1: int, n0: int, x0: int) -> bool:
    """What one minute may condemn: ten failures and more, at least half of the requests, and not the baseline's."""
    return x1 >= 10 and 2 * x1 >= n1 and 10 * x0 < n0


def _rate(failures: int, requests: int) -> float:
    return failures / requests if requests else 0.0


def _numbers(counts: Counts) -> tuple[int, int, int]:
    return counts.invocations, counts.errors, UNKNOWN if counts.slow is None else counts.slow


def _counts(requests: int, errors: int, slow: int) -> Counts:
    return Counts(requests, errors, None if slow == UNKNOWN else slow)
