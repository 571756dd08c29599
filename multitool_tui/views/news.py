"""What has come about between two snapshots that somebody may want to be told of, whoever drives the rollout."""

from __future__ import annotations

from dataclasses import dataclass

from multitool_tui.controller.notifications.notice import Moment
from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Severity
from multitool_tui.rollout.states import State
from multitool_tui.views.text import clean
from multitool_tui.words import percent

_ENTERED = {
    State.PROMOTED: (Moment.PROMOTE, Severity.GOOD),
    State.UNCHANGED: (Moment.PROMOTE, Severity.INFO),
    State.ROLLED_BACK: (Moment.ROLLBACK, Severity.BAD),
    State.HELD: (Moment.HOLD, Severity.WARNING),
    State.ABANDONED: (Moment.HOLD, Severity.WARNING),
}


@dataclass(frozen=True, slots=True)
class News:
    """A moment of a rollout, in words without control characters."""

    moment: Moment
    title: str
    text: str
    severity: Severity


def news(before: Snapshot | None, after: Snapshot) -> tuple[News, ...]:
    """The moments of every rollout since `before`; none at first, and none of what was over when it was first seen."""
    if before is None or (before.rollouts is after.rollouts and not after.places):
        return ()
    known = {(place, live.rollout.id): live.rollout for place, live in before.everywhere}
    where = {one.name: one.snapshot for one in after.places if one.snapshot}
    found = (
        _news(known.get((place, live.rollout.id)), live.rollout, where.get(place, after))
        for place, live in after.everywhere
    )
    return tuple(each for each in found if each)


def _news(was: Rollout | None, now: Rollout, snapshot: Snapshot) -> News | None:
    if was is None:
        return None if now.ended else _told(Moment.START, "started", Severity.INFO, now, snapshot)
    if was.state is not now.state and now.state in _ENTERED:
        moment, severity = _ENTERED[now.state]
        return _told(moment, now.state.value, severity, now, snapshot)
    if now.at_gate and not was.at_gate:
        what = f"waits at the gate at {percent(now.weight)}"
        return _told(Moment.GATE, what, Severity.WARNING, now, snapshot)
    return None


def _told(moment: Moment, what: str, severity: Severity, rollout: Rollout, snapshot: Snapshot) -> News:
    caller = snapshot.caller
    where = f" ({caller.account} · {caller.region})" if caller else ""
    return News(moment, clean(f"{rollout.target} {what}"), clean(f"{rollout.reason}{where}"), severity)
