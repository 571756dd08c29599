"""The judge: puts the evidence of all minutes together; says harmful, safe or undecided, and what weight it affords.

The same minutes give the same answer, in whatever order and however often they come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from multitool_tui.judgement import sentences
from multitool_tui.judgement.alarms import AlarmMemory
from multitool_tui.judgement.course import (
    CLEARED,
    ERRORS,
    SETTLING,
    SLOW,
    WEIGHT_UNITS,
    WIDTH,
    Background,
    Bets,
    Course,
    Layout,
    Weighed,
    layout_of,
)
from multitool_tui.judgement.dispersion import Dispersion, measure
from multitool_tui.judgement.evidence import EProcess
from multitool_tui.judgement.model import AlarmState, Counts, Evidence, Judgement, Minute, Verdict
from multitool_tui.judgement.ramp import Excess, affordable_weight, first_weight
from multitool_tui.judgement.series import UNKNOWN, Series
from multitool_tui.judgement.settings import DOUBT, HARM_LIMIT, TOLERATED_EXCESS, Settings

_TOLERATED_LATER = 6.5  # times as much after the patience: less takes good versions at 10 requests/s too long
_UNUSUAL = 3.5  # standard deviations above the expected: by chance in one of a thousand rollouts
_UNUSUAL_IN_MANY, _MANY = 3.0, 2.5  # the same, of a sample so large that the tolerated excess is so many or more
_ENOUGH = 100  # canary requests without which nothing is safe
_ENOUGH_OF_A_METRIC = 20  # that the canary must have of each of the plan's own
_SERVED_RECENTLY = 10  # minutes over which traffic is averaged
_HISTORY = 240  # minutes that are kept
_BLOCK = 300.0  # seconds of the clock that are one block
_BLOCKS = 7  # of a rollout whose minutes are kept: half an hour, and the block under way
_NO_EVIDENCE = Evidence(harm=1.0, harm_limit=HARM_LIMIT, safety=1.0, safety_limit=1 / TOLERATED_EXCESS)


class EvidenceJudge:
    """Judges by evidence. Satisfies `judgement.model.Judge`.

    Of the history the latest four hours count. The latest half hour of a rollout may be replaced by late data; older
    minutes count as they were, and one that comes later still is left out. It keeps no more than 20 kB, and
    5 kB more for each of the plan's own metrics.
    """

    __slots__ = (
        "_alarms",
        "_before",
        "_before_evidence",
        "_bets",
        "_blind",
        "_blocks_before",
        "_course",
        "_first",
        "_history",
        "_known",
        "_layout",
        "_left_behind",
        "_prefix",
        "_rollout",
        "_settings",
        "_shares",
        "_stale",
        "_weighed",
    )

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._layout = layout = layout_of(self._settings.metrics)
        self._shares = _shares(layout, slow_rolls_back=self._settings.slow_rolls_back)
        self._blind = self._settings.blind / self._settings.period
        # Of the baseline alone: requests, errors, slow, then what each of the plan's own metrics counted.
        self._history = Series(width=3 + layout.width - WIDTH, keep=_HISTORY)
        self._rollout = Series(width=1 + 2 * layout.width)
        self._alarms = AlarmMemory()
        self._known: Background = Background.unknown(layout)
        self._stale = False  # whether that is to be measured again
        self._first: float | None = None
        self._bets = Bets(self._known.noises, layout)
        # What the minutes that are no longer kept amount to, when they end, and how many blocks they were.
        self._before, self._left_behind, self._blocks_before = Course(layout), float("-inf"), 0
        self._before_evidence = EProcess.start(self._bets.bets, self._bets.levels)
        self._weighed: dict[int, Weighed] = {}  # the blocks that are kept, oldest first
        self._course: Course | None = None  # up to the latest minute; None: minutes have changed since
        self._prefix: tuple[int, EProcess] | None = None  # the latest block, and the evidence up to its beginning

    def see_minute(self, minute: Minute) -> Judgement:
        """Weigh a minute; one that begins when an earlier one did takes its place."""
        time = float(round(minute.start.timestamp()))
        if time >= self._left_behind:
            if minute.weight > 0:
                self._see_canary(time, minute)
            else:
                self._see_baseline(time, minute)
        elif minute.weight <= 0:
            self._see_baseline(time, minute)
        return self._judge()

    def see_alarms(self, states: Mapping[str, AlarmState]) -> Judgement:
        """Weigh alarm states as read now; the first call is the start."""
        self._alarms.see(states)
        return self._judge()

    # What the minutes amount to

    def _see_canary(self, time: float, minute: Minute) -> None:
        if self._history.remove(time) is not None:
            self._stale = True
        if self._first is None or time < self._first:
            self._first, self._stale = time, True
        is_next = not self._rollout or time > self._rollout.time(-1)
        weight = round(min(1.0, minute.weight) * WEIGHT_UNITS)
        numbers = self._layout.numbers
        index = self._rollout.put(time, (weight, *numbers(minute.canary), *numbers(minute.baseline)))
        if index is not None and not is_next:
            self._forget(self._rollout.time(index))

    def _see_baseline(self, time: float, minute: Minute) -> None:
        if self._rollout.remove(time) is not None:
            self._forget(time)
            if time == self._first:
                self._first, self._stale = (self._rollout.time(0) if self._rollout else None), True
        numbers = self._layout.numbers(minute.baseline)
        changed = self._history.put(time, (*numbers[:3], *numbers[WIDTH:])) is not None
        if changed and (self._first is None or time < self._first):
            self._stale = True

    def _forget(self, time: float) -> None:
        """What the block of this time was taken to say."""
        self._weighed.pop(_block(time), None)
        self._course = self._prefix = None

    def _measure(self) -> None:
        """Learn from the history, if it has changed and the canary has begun; what is left behind stays as it was."""
        if self._first is None:
            self._known = Background.unknown(self._layout)
        elif self._stale and not self._blocks_before:
            rows = self._history.rows(0, self._history.before(self._first))
            minutes = [(row[0], row[1]) for row in rows]
            self._known = Background.of(
                measure(minutes),
                measure([(row[0], row[2]) for row in rows if row[2] != UNKNOWN]),
                [
                    measure([(row[at + 1], row[at]) for row in rows if row[at + 1] != UNKNOWN])
                    for at in range(3, 3 + self._layout.width - WIDTH, 2)
                ],
                minutes,
            )
            if self._known.noises != self._bets.noises:
                self._bets = Bets(self._known.noises, self._layout)
                self._before_evidence = EProcess.start(self._bets.bets, self._bets.levels)
                self._weighed.clear()
            self._course = self._prefix = None
            self._stale = False

    def _weigh(self) -> tuple[Course, EProcess]:
        """Everything up to the latest minute. Blocks that are no longer to be kept are left behind."""
        self._measure()
        if not self._rollout:
            return self._before, self._before_evidence
        course = self._course or self._before.copy()
        index = course.minutes - self._before.minutes
        while index < len(self._rollout):
            number = _block(self._rollout.time(index))
            begin = self._rollout.before(number * _BLOCK)
            end = self._rollout.before((number + 1) * _BLOCK)
            self._take(course, number, begin, index, end)
            index = end
        self._course = course
        evidence = self._evidence()
        for number in sorted(self._weighed)[:-_BLOCKS]:
            self._leave_behind(number)
        return course, evidence

    def _take(self, course: Course, number: int, begin: int, index: int, end: int) -> None:
        """Take in the rows from `index` on of a block that goes from `begin` to before `end`."""
        rows = self._rollout.rows(begin, end)
        if index == begin:
            entered = course.entering(self._rollout.time(index))
            weighed = self._weighed.get(number)
            # After promotion a minute is compared with all that was before.
            if weighed is None or weighed.entered != entered or any(row[0] >= WEIGHT_UNITS for row in rows):
                self._weighed[number] = Weighed(entered)
        weighed = self._weighed[number]
        for at in range(index - begin, len(rows)):
            is_new = at >= weighed.rows
            time = self._rollout.time(begin + at)
            course.take(time, rows[at], self._known, weighed if is_new else None, self._bets)
        if weighed.rows < len(rows):
            weighed.rows = len(rows)
            weighed.see_noise(self._bets, rows)

    def _evidence(self) -> EProcess:
        numbers = sorted(self._weighed)
        if not numbers:
            return self._before_evidence
        known_to, evidence = self._prefix or (None, self._before_evidence)
        for number in numbers[numbers.index(known_to) if known_to in self._weighed else 0 : -1]:
            evidence = evidence.after(self._weighed[number].said)
        self._prefix = numbers[-1], evidence
        return evidence.after(self._weighed[numbers[-1]].said)

    def _leave_behind(self, number: int) -> None:
        """Add the oldest block to what is no longer kept minute by minute."""
        end = self._rollout.before((number + 1) * _BLOCK)
        for index in range(end):
            self._before.take(self._rollout.time(index), self._rollout[index], self._known, None, self._bets)
        self._rollout.drop(end)
        weighed = self._weighed.pop(number)
        self._before_evidence = self._before_evidence.after(weighed.said)
        self._left_behind = (number + 1) * _BLOCK
        self._blocks_before += 1

    # What follows from it

    def _judge(self) -> Judgement:
        course, evidence = self._weigh()
        if not course.minutes:
            return self._before_the_canary()
        canary, baseline, errors = course.canary, course.baseline, course.excess(ERRORS)
        missing = course.missing
        known, against = self._known, self._bets.streams
        values = [evidence.value(each) if course.fails(stream) else 1.0 for stream, each in enumerate(against)]
        noise = evidence.noise(against[ERRORS])
        bound = errors.bound(noise)
        base_rate = _rate(known.failures + baseline.errors, known.requests + baseline.invocations)
        target = max(TOLERATED_EXCESS, base_rate / 10)
        harm = self._harm(values)
        safe = self._is_safe(course, canary, errors, noise, bound, target)
        broken = course.split.broken
        silence = self._silence(course, canary, broken=broken)
        verdict, reason = self._decide(course, canary, bound, harm, values, missing, silence, safe=safe)
        return Judgement(
            verdict=verdict,
            reason=reason,
            evidence=Evidence(
                harm=harm,
                harm_limit=HARM_LIMIT,
                safety=min(1 / bound, 1 / target),
                safety_limit=1 / target,
            ),
            baseline=baseline,
            canary=canary,
            seen_to=self._seen_to(course, missing),
            alarms=self._alarms.fired,
            weight_afforded=self._afforded(
                course,
                bound,
                base_rate,
                doubtful=broken or max(values) >= DOUBT or bool(self._alarms.unusual or missing),
                waits=self._starts_fail(course, evidence),
            ),
        )

    def _before_the_canary(self) -> Judgement:
        """Nothing is known of it but alarms; what it may be given to begin with depends on the traffic."""
        fired, settings = self._alarms.fired, self._settings
        if settings.max_weight is None:
            first = 0.0 if self._alarms.unusual else None
        else:
            first = first_weight(settings.budget, self._requests_when_blind(), settings.max_weight)
        return Judgement(
            verdict=Verdict.HARMFUL if fired else Verdict.UNDECIDED,
            reason=sentences.alarms_fired(fired) if fired else sentences.NOT_SEALED,
            evidence=_NO_EVIDENCE,
            alarms=fired,
            weight_afforded=first,
        )

    def _seen_to(self, course: Course, missing: Sequence[int]) -> datetime | None:
        """The end of the latest minute that says something of the canary: of all that is missing, too."""
        end = course.served_to
        for metric in missing:
            measured = course.measured_to(metric)
            end = None if end is None or measured is None else min(end, measured)
        return None if end is None else datetime.fromtimestamp(end, UTC) + self._settings.period

    def _harm(self, values: Sequence[float]) -> float:
        """The e-value of all streams: the mean of e-values is one, however they hang together."""
        return sum(share * value for share, value in zip(self._shares, values, strict=True))

    def _loudest(self, harm: float, values: Sequence[float]) -> int:
        """The stream to speak of: the one that has most of the harm, or that raises doubts short of harm."""
        in_doubt = harm < HARM_LIMIT and max(values) >= DOUBT
        weights = [1.0] * len(values) if in_doubt else self._shares
        return max(range(len(values)), key=lambda stream: weights[stream] * values[stream])

    def _decide(
        self,
        course: Course,
        canary: Counts,
        bound: float,
        harm: float,
        values: Sequence[float],
        missing: Sequence[int],
        silence: str | None,
        *,
        safe: bool,
    ) -> tuple[Verdict, str]:
        seen = self._seen(course, canary, self._loudest(harm, values), harm)
        if self._alarms.fired:
            return Verdict.HARMFUL, sentences.alarms_fired(self._alarms.fired)
        if harm >= HARM_LIMIT:
            return Verdict.HARMFUL, f"{seen}."
        if silence is not None:
            return Verdict.UNDECIDED, silence
        if values[SLOW] >= HARM_LIMIT:
            seen = self._seen(course, canary, SLOW, values[SLOW])
            return Verdict.UNDECIDED, f"{seen}: the canary is held where it is."
        if self._alarms.unusual:
            return Verdict.UNDECIDED, f"{seen}; {sentences.unusual(self._alarms.unusual)}."
        if missing:
            metrics = tuple(self._layout.metrics[index] for index in missing)
            return Verdict.UNDECIDED, f"{seen}; {sentences.metrics_missing(metrics)}."
        if max(values) < DOUBT and safe:
            if canary.slow is not None and not course.excess(SLOW).requests:
                return Verdict.UNDECIDED, f"{seen}; {sentences.not_rested(SETTLING)}."
            for stream in self._layout.of_metrics:
                if (requests := course.excess(stream).requests) < _ENOUGH_OF_A_METRIC:
                    metric = self._layout.streams[stream].metric
                    return Verdict.UNDECIDED, f"{seen}; {sentences.too_few_of(metric, requests, _ENOUGH_OF_A_METRIC)}."
            return Verdict.SAFE, f"{seen}: {sentences.bounded(bound)}."
        return Verdict.UNDECIDED, f"{seen}."

    def _is_safe(
        self, course: Course, canary: Counts, errors: Excess, noise: Dispersion, bound: float, target: float
    ) -> bool:
        age = self._age
        if canary.invocations < _ENOUGH or age < self._settings.min_bake:
            return False
        if bound <= target and self._is_far_up(course):
            return True
        if age < self._settings.patience:
            return False
        by_chance = min(seen.bound(Dispersion()) for seen in (errors, course.calm))
        are_many = target * errors.requests >= _MANY * errors.deviation(noise)
        return by_chance <= _TOLERATED_LATER * target and errors.deviations(noise) < (
            _UNUSUAL_IN_MANY if are_many else _UNUSUAL
        )

    def _silence(self, course: Course, canary: Counts, *, broken: bool) -> str | None:
        """Why the minutes say too little to go by, if they do; none of that is health."""
        if broken:
            split = course.split
            return sentences.split_broken(split.weight, split.canary, split.canary + split.baseline)
        if not canary.invocations and not course.baseline.invocations:
            return sentences.no_requests(course.minutes)
        if canary.invocations < _ENOUGH and not canary.errors:
            return sentences.too_few(canary.invocations, _ENOUGH)
        return None

    @property
    def _age(self) -> timedelta:
        """From the beginning of the canary's first minute to the end of its latest."""
        if self._first is None or not self._rollout:
            return timedelta()
        return timedelta(seconds=self._rollout.time(-1) - self._first) + self._settings.period

    def _is_far_up(self, course: Course) -> bool:
        """Whether the weight is at least half of the ramp's last: to which it is one move more at most."""
        most = self._settings.max_weight
        return most is None or 2 * course.weight >= round(most * WEIGHT_UNITS)

    def _afforded(self, course: Course, bound: float, base_rate: float, *, doubtful: bool, waits: bool) -> float | None:
        settings = self._settings
        weight = course.weight / WEIGHT_UNITS
        if settings.max_weight is None:
            return weight if doubtful or waits else None
        blind = self._requests_when_blind()
        if not course.compared:
            return min(first_weight(settings.budget, blind, settings.max_weight), weight)
        afforded = affordable_weight(
            bound,
            seen_at=weight,
            budget=settings.budget,
            blind=blind,
            base_rate=base_rate,
            max_weight=settings.max_weight,
        )
        if doubtful:
            return min(afforded, self._lately_least())
        return afforded if afforded < weight or not waits else None

    def _starts_fail(self, course: Course, evidence: EProcess) -> bool:
        """Whether only starting environments explain the failures, and too few minutes since show that it was they."""
        if not self._rollout or self._rollout.time(-1) >= course.risen + CLEARED:
            return False
        starting = (each for each in self._bets.streams if each.starts is not None)
        return any(evidence.value(each, starts_fail=False) >= DOUBT for each in starting)

    def _lately_least(self) -> float:
        """The smallest weight of as many minutes as pass until one is seen: what is wanted by now may be that."""
        recent = max(0, len(self._rollout) - int(self._blind))
        return min(self._rollout.column(0, recent)) / WEIGHT_UNITS

    def _requests_when_blind(self) -> float:
        """Of both versions, from when something breaks until it is seen, by the traffic of the latest ten minutes."""
        minutes = min(len(self._rollout), _SERVED_RECENTLY)
        requests = 0
        if minutes:
            recent = len(self._rollout) - minutes
            requests = sum(self._rollout.column(1, recent)) + sum(self._rollout.column(1 + self._layout.width, recent))
        if minutes < _SERVED_RECENTLY:
            end = len(self._history) if self._first is None else self._history.before(self._first)
            before = self._history.column(0, max(0, end - _SERVED_RECENTLY + minutes), end)
            minutes, requests = minutes + len(before), requests + sum(before)
        return requests / minutes * self._blind if minutes else 0.0

    def _seen(self, course: Course, canary: Counts, stream: int, evidence: float) -> str:
        """What happened in one stream. Of errors all are told, of the others those that could be compared."""
        excess, of = course.excess(stream), self._layout.streams[stream]
        failed, requests, expected = excess.failures, excess.requests, excess.expected
        if stream == ERRORS:
            failed, requests = canary.errors, canary.invocations
            expected += course.promoted_expected
        return sentences.failures(failed, requests, expected, evidence, of.what, of.metric)


def _block(time: float) -> int:
    return int(time // _BLOCK)


def _shares(layout: Layout, *, slow_rolls_back: bool) -> list[float]:
    """Of the budget, for each stream. Errors have that of slowness where it holds only."""
    shares = [stream.share for stream in layout.streams]
    if not slow_rolls_back:
        shares[ERRORS], shares[SLOW] = shares[ERRORS] + shares[SLOW], 0.0
    return shares


def _rate(failures: int, requests: int) -> float:
    return failures / requests if requests else 0.0
