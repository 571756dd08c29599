"""What the panes look at: a snapshot, the target that the operator has before him, and the present moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from multitool_tui.aws import lease as leases
from multitool_tui.aws.resources import Alias, Reading, Stage
from multitool_tui.controller.snapshot import Feed, FeedName, Function, LiveRollout, Snapshot, Traffic
from multitool_tui.rollout.model import Rollout
from multitool_tui.views.numbers import seconds
from multitool_tui.views.text import EMPTY, Line, PaneView, Role, Span, clean, line, wrap
from multitool_tui.words import function_in, parse_alias

_MINUTE = timedelta(minutes=1)


# Compared by identity: a new snapshot is a new scene, and comparing thousands of functions would be for nothing.
@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that a pane is drawn from. `snapshot` is None until the controller is connected."""

    now: datetime
    snapshot: Snapshot | None = None
    target: str | None = None
    ascii: bool = False
    """Whether the terminal shows ASCII only."""
    keys: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The operator's own keys by the actions' names: as the terminal library names them, and as they read."""

    @property
    def live(self) -> LiveRollout | None:
        """The latest rollout on the target, live or ended."""
        return self.snapshot.rollout_on(self.target) if self.snapshot and self.target else None

    @property
    def traffic(self) -> Traffic | None:
        """The minutes of the target, whether or not a rollout is on it."""
        if self.live:
            return self.live.traffic
        focus = self.snapshot.focus if self.snapshot else None
        return focus if focus and focus.target == self.target else None

    @property
    def is_production(self) -> bool:
        """Whether the rollout on the target, or the manifest's plan for it, says so."""
        if self.live:
            return self.live.rollout.plan.production
        plans = self.snapshot.plans.values() if self.snapshot else ()
        return any(plan.production for target, plan in plans if target == self.target)

    @property
    def found(self) -> Reading | None:
        """The target as the list of resources has it."""
        return find_target(self.snapshot, self.target) if self.snapshot and self.target else None

    @property
    def period(self) -> timedelta:
        """How long one sealed minute is: the plan's period, or the distance between the minutes that are there."""
        if self.live:
            return self.live.rollout.plan.analysis.period
        starts = [minute.start for minute in self.traffic.minutes] if self.traffic else []
        return min((later - earlier for earlier, later in pairwise(starts)), default=_MINUTE)

    def feed(self, name: FeedName) -> Feed:
        """How a feed is doing."""
        return self.snapshot.feed(name) if self.snapshot else Feed()


def find_function(snapshot: Snapshot, name: str) -> Function | None:
    """The function of this name, if it is known."""
    return next((function for function in snapshot.functions if function.name == name), None)


def find_target(snapshot: Snapshot, target: str) -> Reading | None:
    """The alias or stage that a target names, if it is known."""
    return find_alias(snapshot, target) or find_stage(snapshot, target)


def find_stage(snapshot: Snapshot, target: str) -> Stage | None:
    """The stage that a target names, if it is known."""
    return next((stage for api in snapshot.apis for stage in api.stages or () if stage.target == target), None)


def find_alias(snapshot: Snapshot, target: str) -> Alias | None:
    """The alias that a target names, if it is known."""
    try:
        function, name = parse_alias(target)
    except ValueError:
        return None
    known = find_function(snapshot, function)
    return next((alias for alias in (known.aliases if known else None) or () if alias.name == name), None)


def may_be_there(snapshot: Snapshot, target: str) -> bool:
    """Whether a target is known, or is an alias of a known function whose aliases are not."""
    function = find_function(snapshot, function_in(target))
    return find_target(snapshot, target) is not None or (function is not None and function.aliases is None)


def running(snapshot: Snapshot | None) -> tuple[tuple[str, Rollout], ...]:
    """The rollouts that this process drives, that have not ended and have traffic on their target, in any session.

    Each with the name of its session.
    """
    everywhere = snapshot.everywhere if snapshot else ()
    return tuple((place, live.rollout) for place, live in everywhere if _runs(live))


def _runs(live: LiveRollout) -> bool:
    return live.rollout.on_target and live.elsewhere is None


def first_target(snapshot: Snapshot) -> str | None:
    """What to show before the operator chose: the latest live rollout's target, else the first alias that has the mark
    of a rollout on another machine, else the first alias."""
    running_here = [live.rollout.target for live in snapshot.rollouts if _runs(live)]
    if running_here:
        return running_here[-1]
    if snapshot.rollouts:
        return snapshot.rollouts[-1].rollout.target
    aliases = [alias for function in snapshot.functions for alias in function.aliases or ()]
    marked = (alias.target for alias in aliases if leases.read(alias.description)[0])
    return next(marked, aliases[0].target if aliases else None)


def connecting(title: str) -> PaneView:
    """A pane before the controller is connected."""
    return PaneView(line(Span(title, Role.STRONG)), (EMPTY, line(Span("connecting…", Role.DIM))))


def freshness(feed: Feed, now: datetime) -> tuple[Line, bool]:
    """What a pane says of its feed in its lower border, and whether it is to be faded."""
    age = feed.age(now)
    trouble = clean(feed.error).rstrip(".") if feed.error else ""
    if feed.slow_since:
        waited = f"AWS has not answered for {seconds((now - feed.slow_since).total_seconds())}"
        trouble = trouble or waited
    if age is None:
        return (line(Span(f"nothing read yet · {trouble}", Role.WARN)) if trouble else EMPTY), False
    old = f"{seconds(age)} old"
    if feed.is_stale(now):
        return line(Span(f"{old} · {trouble}" if trouble else old, Role.WARN)), True
    return (line(Span(trouble, Role.DIM)) if trouble else EMPTY), False


def unread(feed: Feed, width: int) -> tuple[Line, ...]:
    """What stands in a pane while nothing has been read: that it is loading, or why it cannot."""
    return wrap(clean(feed.error), width, role=Role.WARN) if feed.error else (line(Span("loading…", Role.DIM)),)
