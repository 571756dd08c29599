"""Past minutes of an alias, as a judge would have seen them: read from CloudWatch after the event.

The weights of the time are recorded nowhere: they are taken from the shares of the requests that the canary served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.metrics import Period, Request, baseline_p99, periods
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.port import Misused
from multitool_tui.judgement.model import Minute
from multitool_tui.rollout.plan import Analysis
from multitool_tui.words import parse_moment, write_duration

LONGEST_DAYS = 7
"""So much may be replayed at once."""
_BY_CHANCE = 4.0  # standard deviations from its stretch's share at which a period belongs to another weight


@dataclass(frozen=True, slots=True)
class Wanted:
    """The stretch wanted of a target ("function:alias"). A version that is None is taken from the alias as it is."""

    target: str
    start: datetime
    end: datetime
    canary: str | None = None
    baseline: str | None = None


def stretch(start: str, end: str, now: datetime) -> tuple[datetime, datetime]:
    """Two times as `words.parse_moment` reads them: from when, until when.

    Raises:
        ValueError: in one sentence, where one is no time, or the two are no stretch to read.
    """
    first, last = parse_moment(start, now), parse_moment(end, now)
    if first >= last:
        raise ValueError(f"{start} lies after {end}")
    if (last - first).days >= LONGEST_DAYS:
        raise ValueError(f"{start} lies more than {LONGEST_DAYS} days before {end}")
    return first, last


async def past_minutes(session: AwsSession, clock: Clock, wanted: Wanted, analysis: Analysis) -> tuple[Minute, ...]:
    """The sealed minutes of a rollout that once was, oldest first, after the history that one has before it begins.

    The rollout is taken to begin with the first minute of the stretch in which the canary served, and to end with the
    last: what an alias does without weights CloudWatch tells of no version. Requests are slow above the p99 of the hour
    before the stretch.

    Raises:
        Misused: the target is none, or does not say which versions are meant.
        AwsError: CloudWatch cannot be read, or knows nothing of the canary in this stretch.
    """
    try:
        source = await session.source(wanted.target)
    except ValueError as error:
        raise Misused(f"{error}.") from None
    baseline, canary = await versions(session, wanted)
    period = analysis.period
    start = wanted.start - analysis.history
    end = min(wanted.end, clock.now() - analysis.seal_after - period)
    slow_limit = await baseline_p99(session.cloudwatch, source, wanted.start)
    request = Request(
        source, baseline, canary, start, end, period, slow_limit, analysis.client_errors, pairs=analysis.metrics
    )
    found = await periods(session.cloudwatch, request)
    served = [index for index, one in enumerate(found) if one.canary and one.start >= wanted.start]
    if not served:
        raise NotFound(
            f"v{canary} served nothing through {wanted.target} between {_moment(wanted.start)} and {_moment(end)} "
            f"that CloudWatch still has by periods of {write_duration(period)}."
        )
    first, last = served[0], served[-1]
    history = [Minute(one.start, 0.0, one.baseline) for one in found[:first] if one.baseline]
    rollout = found[first : last + 1]
    return (
        *history,
        *(
            Minute(one.start, weight, one.baseline, one.canary if weight else None)
            for one, weight in zip(rollout, shares(rollout), strict=True)
        ),
    )


async def versions(session: AwsSession, wanted: Wanted) -> tuple[str, str]:
    """The baseline and the canary that are wanted.

    Raises:
        Misused: the target does not say which are meant.
        AwsError: it cannot be read.
    """
    if wanted.canary and wanted.baseline:
        return wanted.baseline, wanted.canary
    found = await session.read(wanted.target)
    canary = wanted.canary or next(iter(found.weights), None)
    if canary is None:
        raise Misused(
            f"{wanted.target} is on v{found.version} and carries no weights now: name the version that was the canary."
        )
    baseline = wanted.baseline or found.version
    if baseline == canary:
        raise Misused(f"{wanted.target} is on v{canary} itself now: name the baseline that it took over from.")
    return baseline, canary


def shares(found: Sequence[Period]) -> list[float]:
    """The canary's weight (0-1) in each period: of two digits, the share of the stretch of periods that it belongs to.

    A new stretch begins with a period whose share chance does not make of the stretch so far.
    """
    stretches: list[tuple[int, int, int]] = []  # the canary's requests, all requests, periods
    for one in found:
        canary = one.canary.invocations if one.canary else 0
        requests = canary + (one.baseline.invocations if one.baseline else 0)
        if stretches and _belongs(canary, requests, *stretches[-1][:2]):
            served, of_all, length = stretches.pop()
            stretches.append((served + canary, of_all + requests, length + 1))
        else:
            stretches.append((canary, requests, 1))
    weights: list[float] = []
    for served, of_all, length in stretches:
        weights += [float(f"{served / of_all:.2g}") if of_all else 0.0] * length
    return weights


def _belongs(canary: int, requests: int, served: int, of_all: int) -> bool:
    """Whether a period with so many requests may have had the weight of a stretch with so many."""
    if not requests or not of_all:
        return True
    share = (served + canary) / (of_all + requests)
    # The one is for the smallest numbers, which chance scatters more widely than any standard deviation says.
    deviation = sqrt(requests * share * (1 - share) * (1 + requests / of_all) + 1)
    return abs(canary - requests * served / of_all) <= _BY_CHANCE * deviation


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
