"""What a rollout can tell of a target, before it begins: how soon harm is caught, and a healthy version promoted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from multitool_tui.words import duration, percent

RELIABLE = 0.9
"""The share (0-1) of rollouts in which a harm is caught, or a healthy version promoted, from which on that is said of
all of them."""

_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Caught:
    """A version that fails at `rate` (0-1): the share (0-1) of rollouts in which that is found, and medians over those.

    `after`: from the start until it is known, by the clock. `bad_requests`: that failed because of the harm. None where
    it is never found.
    """

    rate: float
    found: float
    after: timedelta | None
    bad_requests: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a rollout can tell at `requests_a_minute`, of which `error_rate` (0-1) fail anyway.

    `over`: the stretch of time that this traffic was seen in. `within`: how long rollouts were followed, which is to
    their deadline if `to_deadline`. `promoted`: the share (0-1) of rollouts of a healthy version that end in its
    promotion; `promoted_after` the median time by the clock until then, None where none does. `caught`: some harms, the
    smallest first, at least one where there are requests; without them nothing is promoted and nothing caught.
    """

    requests_a_minute: float
    error_rate: float
    over: timedelta
    within: timedelta
    to_deadline: bool = True
    promoted: float = 0.0
    promoted_after: timedelta | None = None
    caught: tuple[Caught, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether a healthy version can be expected to be promoted, and the worst one to be caught."""
        return self.promoted >= RELIABLE and any(one.found >= RELIABLE for one in self.caught)

    @property
    def words(self) -> str:
        """The outlook in one or two sentences."""
        seen = _about(self.over)
        if not self.requests_a_minute:
            return f"No requests in the last {seen}: without traffic no verdict is possible."
        requests = _number(self.requests_a_minute)
        at = f"At {requests} request{'' if requests == '1' else 's'} a minute (last {seen}),"
        if not self.promoted and not any(one.found for one in self.caught):
            return f"{at} no verdict is possible {self._in_time}."
        return f"{at} {self._of_harm()}. A healthy version {self._of_health()}."

    @property
    def _in_time(self) -> str:
        within = duration(self.within)
        return f"before the deadline ({within})" if self.to_deadline else f"in the first {within}"

    def _of_harm(self) -> str:
        rise = f"a rise of errors from {percent(self.error_rate)} to"
        caught = next((one for one in self.caught if one.found >= RELIABLE), None)
        missed = next((one for one in reversed(self.caught) if one.found < RELIABLE), None)
        if caught is None:
            assert missed is not None  # noqa: S101 - there is one of both at least; this tells the type checker
            return f"{rise} {_rate(missed)} is {'caught ' if missed.found else ''}{_how_rarely(missed)}"
        bad = max(1, round(caught.bad_requests or 0))
        said = f"{rise} {_rate(caught)} is caught after about {bad:,} bad request{'' if bad == 1 else 's'}"
        said += f", {_about(caught.after or timedelta())}"
        if missed is None:
            return said
        return f"{said}; one to {_rate(missed)} {'' if missed.found else 'is '}{_how_rarely(missed)}"

    def _of_health(self) -> str:
        if self.promoted_after is None:
            return f"gets no verdict {self._in_time}"
        if not self.promoted_after:
            return "is promoted at once"
        if self.promoted < _MOSTLY:
            return f"mostly gets no verdict {self._in_time}"
        when = f"after about {_about(self.promoted_after)}"
        if self.promoted >= RELIABLE:
            return f"is promoted {when}"
        return f"is promoted in {percent(self.promoted, 0)} of rollouts {self._in_time}, {when}"


def _rate(one: Caught) -> str:
    return percent(one.rate, 1)


def _how_rarely(one: Caught) -> str:
    return f"in {percent(one.found, 0)} of rollouts" if one.found else "missed"


def _about(time: timedelta) -> str:
    """To the minute, and above an hour to ten minutes: no more exactly than it is known."""
    step = timedelta(minutes=10 if time > timedelta(hours=1) else 1)
    return duration(max(step, round(time / step) * step))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
