"""Canned snapshots: every situation in which an operator may find himself, at one frozen moment."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from multitool_tui.aws.lease import Lease
from multitool_tui.aws.lease import write as write_lease
from multitool_tui.aws.resources import Alarm, Alias, Caller
from multitool_tui.controller.findings import TRAFFIC, Finding, Level
from multitool_tui.controller.snapshot import Entry, Feed, FeedName, Function, Group, LiveRollout, Snapshot, Traffic
from multitool_tui.judgement.model import AlarmState, Counts, Evidence, Judgement, Minute, Verdict
from multitool_tui.rollout.effects import RollBack, Upload
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.model import NOTHING_JUDGED, Rollout
from multitool_tui.rollout.outlook import Caught, Outlook
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.rollout.receipts import Severity
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import STRATEGIES

NOW = datetime(2026, 1, 5, 14, 3, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = Plan(
    "own steps", parse_steps("1%/2m 4%/3m 10%/5m 25%/10m 50%/10m/gate"), alarms=("checkout-5xx", "checkout-latency")
)
TARGET = "checkout:live"


def ago(**parts: float) -> datetime:
    """The moment that long before now."""
    return NOW - timedelta(**parts)


CALLER = Caller("123456789012", "arn:aws:iam::123456789012:user/dev", "eu-west-1", "prod")


def feeds(age: float = 4) -> dict[FeedName, Feed]:
    return {name: Feed(ago(seconds=age), stale_after=30) for name in FeedName}


OUTLOOK = Outlook(
    210,
    0.004,
    timedelta(hours=3),
    timedelta(hours=2),
    promoted=1.0,
    promoted_after=timedelta(minutes=32),
    caught=(Caught(0.014, 0.3, timedelta(minutes=55), 31), Caught(0.034, 1.0, timedelta(minutes=18), 22)),
)
FOUND = (
    Finding("target", Level.OK, "checkout:live is on v41, without weights, and nobody drives it."),
    Finding(TRAFFIC, Level.OK, OUTLOOK.words),
)


def minutes(
    count: int = 32, *, bad: bool = False, shares: tuple[float, ...] = (0.01, 0.04, 0.10, 0.25)
) -> tuple[Minute, ...]:
    """Sealed minutes up to three minutes ago; the canary serves in the latest nine, with rising weights."""
    made = []
    end = NOW.replace(second=0) - 2 * MINUTE
    for number in range(count):
        start = end - (count - number) * MINUTE
        late = number - (count - 9)
        weight = shares[min(len(shares) - 1, late * len(shares) // 9)] if late >= 0 else 0.0
        total = 9400 + round(400 * math.sin(number / 3))
        served = round(total * weight)
        rate = 0.0039 + 0.0016 * math.sin(number / 2.1) + (0.004 if number == count - 15 else 0)
        canary_rate = rate * (1.04 + 0.15 * math.sin(number)) + (0.004 * max(0, late - 4) if bad else 0)
        baseline = Counts(total - served, round((total - served) * rate), round((total - served) * 0.011))
        canary = Counts(served, round(served * canary_rate), round(served * 0.013)) if served else None
        made.append(Minute(start, weight, baseline, canary))
    return tuple(made)


def judgement(verdict: Verdict = Verdict.UNDECIDED, reason: str = "", harm: float = 1.8) -> Judgement:
    return Judgement(
        verdict,
        reason or "The canary fails as often as the baseline: 97 of its 23,720 requests failed, 94 were expected.",
        Evidence(harm, 1000, safety=140, safety_limit=200),
        Counts(71000, 280, 800),
        Counts(23720, 97, 310),
        ago(seconds=140),
    )


def rollout(state: State = State.SHIFTING, **changes: object) -> Rollout:
    plain = Rollout(
        id="r-20260105-1352",
        target=TARGET,
        baseline="41",
        canary="42",
        plan=PLAN,
        state=state,
        step=3,
        weight=0.25,
        wanted=0.25,
        started_at=ago(minutes=11),
        deadline_at=NOW + timedelta(minutes=109),
        step_at=ago(minutes=7, seconds=50),
        judgement=judgement(),
        reason="Evidence affords it (bound 0.3%).",
        waiting="bake",
        actor="engine",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def functions(weights: dict[str, float] | None = None, version: str = "41") -> tuple[Function, ...]:
    return (
        Function(
            "checkout",
            (
                Alias("checkout", "beta", "41", "r2"),
                Alias("checkout", "live", version, "r1", weights if weights is not None else {"42": 0.25}),
            ),
            ("38", "39", "40", "41", "42"),
        ),
        Function("invoice-render", (Alias("invoice-render", "live", "7", "r5", {"8": 0.1}),), ("6", "7", "8")),
        Function("search", None, None),
        Function("thumbnails", (Alias("thumbnails", "live", "112", "r3"),), ("110", "111", "112", "113")),
    )


ALARMS = (
    Alarm("checkout-5xx", AlarmState.OK, ago(hours=2)),
    Alarm("checkout-latency", AlarmState.OK, ago(hours=26)),
    Alarm("dlq-depth", AlarmState.INSUFFICIENT_DATA, ago(days=12)),
    Alarm("queue-age", AlarmState.ALARM, ago(days=3)),
    Alarm("shop-health", AlarmState.OK, ago(minutes=40), composite=True),
)

ENTRIES = (
    Entry(ago(minutes=11), "dev@laptop", "started", "adaptive: v41 to v42", target=TARGET),
    Entry(ago(minutes=11), "engine", "raised to 1%", "adaptive: v41 to v42", target=TARGET),
    Entry(ago(minutes=9), "engine", "raised to 4%", "No difference in 184 requests to the canary.", target=TARGET),
    Entry(ago(minutes=6), "engine", "gate reached", "Waits at 4% for an operator.", Severity.WARNING, target=TARGET),
    Entry(ago(minutes=5), "dev@laptop", "gate passed", "The operator's word.", target=TARGET),
    Entry(ago(minutes=5), "engine", "raised to 10%", "Evidence affords it (bound 0.6%).", target=TARGET),
    Entry(ago(seconds=170), "engine", "raised to 25%", "Evidence affords it (bound 0.3%).", target=TARGET),
)


def live(one: Rollout, *, bad: bool = False, **changes: object) -> LiveRollout:
    plain = LiveRollout(
        one,
        Traffic(one.target, one.baseline, one.canary, minutes(bad=bad), 250),
        one.weight,
        firing_at_start=("queue-age",),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def snapshot(*rollouts: LiveRollout, **changes: object) -> Snapshot:
    plain = Snapshot(
        NOW,
        CALLER,
        functions=functions(),
        functions_complete=True,
        alarms=ALARMS,
        rollouts=rollouts,
        entries=ENTRIES if rollouts else (),
        feeds=feeds(),
        calls_last_minute=12,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def publishing() -> Snapshot:
    """A zip file on its way."""
    package = Package("checkout", "/home/ann/build.zip", 31_000_000, "sha256")
    one = rollout(
        State.PUBLISHING,
        canary="",
        package=package,
        pending=Upload("sha256"),
        weight=0.0,
        wanted=0.0,
        step=-1,
        step_at=None,
        judgement=NOTHING_JUDGED,
        reason="adaptive: v41 to the new version from build.zip",
        waiting="uploading",
    )
    whole = live(one, sent=0.4)
    return snapshot(replace(whole, traffic=replace(whole.traffic, canary=None, minutes=())))


def mid_canary() -> Snapshot:
    return snapshot(live(rollout()))


def judged_for_minutes() -> Snapshot:
    """A canary with the course of its evidence, its decisions, and an alarm that went off and came back."""
    one = rollout()
    seen = minutes()
    course = tuple((minute.start, Evidence(1.6**n, 1000, 1.9**n, 200)) for n, minute in enumerate(seen[-9:]))
    changes = (
        (ago(minutes=11), "checkout-5xx", AlarmState.OK),
        (ago(minutes=11), "checkout-latency", AlarmState.OK),
        (ago(minutes=7), "checkout-latency", AlarmState.ALARM),
        (ago(minutes=5), "checkout-latency", AlarmState.OK),
    )
    traffic = Traffic(one.target, one.baseline, one.canary, seen, 250, course, changes)
    entries = tuple(replace(entry, rollout=one.id) for entry in ENTRIES)
    return snapshot(live(one, traffic=traffic), entries=entries)


def judged_harmful() -> Snapshot:
    return snapshot(live(rollout(judgement=judgement(Verdict.HARMFUL, harm=1000)), bad=True))


def idle() -> Snapshot:
    focus = Traffic("checkout:beta", "41", None, tuple(replace(m, weight=0.0, canary=None) for m in minutes()), 250)
    return snapshot(functions=functions({}), focus=focus)


def empty_account() -> Snapshot:
    return snapshot(functions=(), alarms=())


def paused() -> Snapshot:
    one = rollout(State.PAUSED, paused_at=ago(seconds=60), waiting="an operator", reason="The operator's word.")
    return snapshot(live(one))


def on_a_ramp() -> Snapshot:
    said = replace(judgement(harm=31), weight_afforded=0.083)
    plan = replace(STRATEGIES["adaptive"], alarms=PLAN.alarms)
    one = rollout(plan=plan, step=-1, weight=0.025, wanted=0.025, judgement=said, waiting="more evidence")
    return snapshot(live(one, weight_read=0.025), functions=functions({"42": 0.025}))


def ramp_promoted() -> Snapshot:
    one = rollout(
        State.PROMOTED,
        plan=STRATEGIES["adaptive"],
        step=-1,
        weight=1.0,
        wanted=1.0,
        ended_at=ago(minutes=1),
        waiting="",
    )
    return snapshot(live(one, weight_read=1.0), functions=functions({}, version="42"))


def at_gate() -> Snapshot:
    one = rollout(step=4, weight=0.5, wanted=0.5, step_at=ago(minutes=12), waiting="an operator at the gate")
    return snapshot(live(one), functions=functions({"42": 0.5}))


def drifted() -> Snapshot:
    why = "checkout:live was changed by another hand: it now gives v43 10% of the traffic."
    one = rollout(State.HELD, obstacle=Obstacle.DRIFT, reason=why, waiting="an operator", step_at=None)
    return snapshot(live(one, weight_read=0.0), functions=functions({"43": 0.10}))


def rolling_back() -> Snapshot:
    why = "31 of the canary's 1,203 requests failed; at the baseline's rate one would expect 5."
    one = rollout(State.ROLLING_BACK, wanted=0.0, pending=RollBack(), reason=why, waiting="rolling back", step_at=None)
    trouble = "Lambda has not answered for 12s; trying again."
    return snapshot(live(one, bad=True, change_trouble=trouble))


def rolled_back() -> Snapshot:
    why = (
        "231 of the canary's 11,203 requests failed; at the baseline's rate one would expect 45: "
        "more than 1% above the baseline."
    )
    one = rollout(
        State.ROLLED_BACK,
        weight=0.0,
        wanted=0.0,
        ended_at=ago(seconds=50),
        reason=why,
        waiting="",
        judgement=judgement(Verdict.HARMFUL, why, 1000),
    )
    entry = Entry(ago(seconds=50), "engine", "rolled back", why, Severity.BAD, target=TARGET)
    return snapshot(live(one, bad=True, weight_read=0.0), functions=functions({}), entries=(*ENTRIES, entry))


def promoted() -> Snapshot:
    one = rollout(
        State.PROMOTED,
        step=4,
        weight=1.0,
        wanted=1.0,
        ended_at=ago(seconds=20),
        reason="The bake after promotion is over.",
        waiting="",
        judgement=judgement(Verdict.SAFE),
    )
    return snapshot(live(one, weight_read=1.0), functions=functions({}, "42"))


def feed_failing() -> Snapshot:
    trouble = feeds()
    trouble[FeedName.METRICS] = Feed(ago(seconds=41), "Throttled, retrying.", stale_after=30)
    trouble[FeedName.ALARMS] = Feed(ago(seconds=95), "CloudWatch is not reachable: timed out.", stale_after=30)
    trouble[FeedName.TARGET] = Feed(ago(seconds=44), None, ago(seconds=14), 30)
    return snapshot(live(rollout()), feeds=trouble)


def thousands() -> Snapshot:
    many = tuple(Function(f"team-{number % 37:02}-service-{number:04}", None, None) for number in range(1999))
    return snapshot(live(rollout()), functions=(functions()[0], *many))


def read_only() -> Snapshot:
    return snapshot(live(rollout()), read_only=True, sandbox="errors")


def fleet(count: int = 9) -> Snapshot:
    """Rollouts in all states, one of them driven elsewhere; as many as asked for."""
    states = (State.SHIFTING, State.HELD, State.PAUSED, State.ROLLING_BACK, State.BAKING, State.PROMOTED)
    rollouts = []
    for number in range(count):
        state, name = states[number % len(states)], f"service-{number:03}:live"
        weight = {State.BAKING: 1.0, State.PROMOTED: 1.0}.get(state, 0.01 * (1 + number % 25))
        one = rollout(
            state,
            id=f"r-{number}",
            target=name,
            weight=weight,
            wanted=weight,
            started_at=ago(minutes=number % 90),
            judgement=judgement(harm=1.1**number if number < 60 else 2.0),
            obstacle=Obstacle.DRIFT if state is State.HELD else None,
            ended_at=ago(minutes=1) if state is State.PROMOTED else None,
        )
        rollouts.append(live(one, bad=number % 3 == 0))
    marked = Alias("search", "live", "103", "r9", {"104": 0.05}, write_lease(LEASE, "The search service"))
    others = tuple(one for one in functions() if one.name != "search")
    return snapshot(*rollouts, functions=(*others, Function("search", (marked,), ("103", "104"))))


def grouped(wave: int | None = 0) -> Snapshot:
    """The fleet with a group in two waves: the first under way, one of the second promoted, the other not begun."""
    waves = (("service-000:live", "service-001:live"), ("service-005:live", "invoice-render:beta"))
    return replace(fleet(), groups=(Group("shop", waves, wave),))


LEASE = Lease("103", "104", ago(minutes=20), NOW + 3 * MINUTE, "3f2a81bc", "adaptive", "ann@laptop")

HOSTILE = "[red]x[/] \x1b[31m\x07\u202eevil 🚀 日本語 שלום " + "very-long-name-" * 6


def hostile(text: str = HOSTILE) -> Snapshot:
    """Strings that no screen should ever be given, in every place that AWS or a user fills."""
    target = f"{text}:{text}"
    one = rollout(target=target, reason=text, waiting=text, judgement=judgement(reason=text))
    one = replace(one, plan=replace(one.plan, alarms=(text,)))
    return snapshot(
        live(one, firing_at_start=(text,), change_trouble=text),
        caller=Caller(text, text, text, text, text),
        functions=(
            Function(text, (Alias(text, text, text, "r", {text: 0.1}),), (text, "2")),
            Function("broken", None, None, text),
        ),
        alarms=tuple(Alarm(text, state, ago(days=3), text, composite=True) for state in AlarmState),
        entries=(Entry(NOW, text, text, text, Severity.BAD, target=text),),
        feeds={name: Feed(ago(seconds=90), text, stale_after=30) for name in FeedName},
    )


SCENES = {
    "idle": idle,
    "empty-account": empty_account,
    "mid-canary": mid_canary,
    "on-a-ramp": on_a_ramp,
    "ramp-promoted": ramp_promoted,
    "paused": paused,
    "at-gate": at_gate,
    "drifted": drifted,
    "rolling-back": rolling_back,
    "rolled-back": rolled_back,
    "promoted": promoted,
    "feed-failing": feed_failing,
    "thousands": thousands,
    "fleet": fleet,
    "read-only": read_only,
    "hostile": hostile,
}
