"""What the panes say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.aws.lease import write as write_lease
from multitool_tui.controller.snapshot import Feed, FeedName, Snapshot
from multitool_tui.judgement.model import AlarmState
from multitool_tui.rollout.model import NOTHING_JUDGED, Rollout
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import STRATEGIES
from multitool_tui.views.alarms import alarm_strip, alarms_pane
from multitool_tui.views.events import events_pane
from multitool_tui.views.evidence import evidence_pane
from multitool_tui.views.header import header
from multitool_tui.views.links import console_url, copied_text
from multitool_tui.views.scene import Scene, first_target, freshness
from multitool_tui.views.split import ladder, observed, split_pane
from multitool_tui.views.text import Line, PaneView, Role, width_of

from ..tui.scenes import (  # noqa: TID252 - the same situations, seen without a screen
    ALARMS,
    CALLER,
    LEASE,
    NOW,
    SCENES,
    TARGET,
    ago,
    at_gate,
    drifted,
    feed_failing,
    hostile,
    idle,
    live,
    mid_canary,
    promoted,
    publishing,
    read_only,
    rolled_back,
    rolling_back,
    rollout,
    snapshot,
)


def scene(shown: Snapshot | None, target: str | None = TARGET) -> Scene:
    return Scene(NOW, shown, target)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def words(view: PaneView) -> str:
    return "\n".join(map(text, (view.title, *view.lines, view.note)))


def roles(view: PaneView) -> set[Role]:
    return {span.role for line in view.lines for span in line}


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("size", [(76, 5), (76, 10), (77, 16), (140, 29), (20, 3), (8, 1)])
@pytest.mark.parametrize("pane", [split_pane, evidence_pane, alarms_pane, events_pane])
def test_no_line_is_wider_than_its_pane(name: str, size: tuple[int, int], pane: object) -> None:
    shown = SCENES[name]()
    view = pane(scene(shown, first_target(shown)), *size)  # type: ignore[operator]
    assert max((width_of(line) for line in view.lines), default=0) <= size[0]


def test_what_is_published_has_no_number_and_no_traffic_yet() -> None:
    said = words(split_pane(scene(publishing()), 76, 10))
    assert "v41 baseline  100%" in said
    assert "↑ uploading 40%…" in said
    assert "because  adaptive: v41 to the new version from build.zip" in said
    assert "canary" not in said.partition("ramp")[0]
    assert "the new version, publishing at 0%" in (copied_text(scene(publishing())) or "")


@pytest.mark.parametrize("pane", [split_pane, evidence_pane, alarms_pane, events_pane])
def test_before_the_connection_every_pane_says_so(pane: object) -> None:
    assert "connecting…" in words(pane(scene(None), 76, 10))  # type: ignore[operator]


# The traffic split


def test_the_split_shows_shares_ladder_bake_and_traffic() -> None:
    said = words(split_pane(scene(mid_canary()), 77, 9))
    for part in (
        "Traffic split · checkout:live · ◐ shifting",
        "v41 baseline  75%",
        "25%  v42 canary",
        "observed 25.0% · wanted 25%",
        "✔ 1% ── ✔ 4% ── ✔ 10% ── ◐ 25% ── ○ 50% gate ── ○ promote",
        "2m 10s left",
        "11m in · 1h 49m to the deadline",
        "9,085 requests/min, 2,271 to the canary",
        "because  Evidence affords it (bound 0.3%).",
    ):
        assert part in said


def test_the_bar_shows_the_smallest_share() -> None:
    shown = snapshot(live(rollout(weight=0.001, wanted=0.001, step=0)))
    bar = split_pane(scene(shown), 60, 9).lines[1]
    assert [len(span.text) for span in bar] == [59, 1]


def test_an_alias_that_says_otherwise_is_told() -> None:
    shown = snapshot(live(rollout(), weight_read=0.1))
    assert "alias says 10%" in words(split_pane(scene(shown), 77, 9))


@pytest.mark.parametrize("height", [5, 9])
@pytest.mark.parametrize(
    ("shown", "role", "parts"),
    [
        (promoted(), Role.LOUD_GOOD, ("✔ PROMOTED", "14:03", "The bake after promotion is over.")),
        (rolled_back(), Role.LOUD_BAD, ("✖ ROLLED BACK", "14:02", "231 of the canary's 11,203 requests failed")),
        (rolling_back(), Role.LOUD_BAD, ("↺ ROLLING BACK", "! Lambda has not answered for 12s")),
        (drifted(), Role.LOUD_WARN, ("■ HELD: DRIFT", "r rolls back", "changed by another hand")),
        (at_gate(), Role.LOUD_WARN, ("◆ AT THE GATE, 50%", "g lets it through")),
    ],
)
def test_what_must_not_be_missed_is_loud(shown: Snapshot, role: Role, parts: tuple[str, ...], height: int) -> None:
    view = split_pane(scene(shown), 77, height)
    assert role in roles(view)
    assert all(part in words(view) for part in parts)
    assert len(view.lines) <= height


def test_a_quiet_alias_and_one_that_is_weighted_by_others() -> None:
    said = words(split_pane(scene(idle(), "checkout:beta"), 77, 9))
    assert "● v41 serves everything" in said
    assert "n starts a rollout" in said
    said = words(split_pane(scene(idle(), "invoice-render:live"), 77, 9))
    assert "◍ weighted, not by this rollout" in said
    assert "v8" in said
    assert "Choose an alias" in words(split_pane(scene(idle(), None), 77, 9))
    loading = replace(idle(), functions_complete=False)
    assert "loading functions and aliases…" in words(split_pane(scene(loading, None), 77, 9))
    assert "is not loaded yet" in words(split_pane(scene(idle(), "search:live"), 77, 9))


def long_plan(step: int) -> Rollout:
    return rollout(step=step, plan=STRATEGIES["Linear10PercentEvery1Minute"])


@pytest.mark.parametrize("width", [24, 40, 60, 76, 140])
@pytest.mark.parametrize("step", [0, 4, 8])
def test_a_long_ladder_folds_around_the_present_step(width: int, step: int) -> None:
    line = ladder(long_plan(step), width)
    assert width_of(line) <= width
    assert f"◐ {(step + 1) * 10}%" in text(line)


def test_the_ladder_while_promoting_and_afterwards() -> None:
    assert text(ladder(rollout(State.BAKING), 90)).endswith("◕ promote")
    assert text(ladder(rollout(State.PROMOTED), 90)).endswith("✔ promoted")


def test_observed_is_that_of_the_present_weight() -> None:
    assert observed(live(rollout())) == pytest.approx(0.25, abs=0.001)
    assert observed(live(rollout(weight=0.5))) is None


def test_the_bake_after_promotion_counts_down() -> None:
    baking = rollout(State.BAKING, weight=1.0, wanted=1.0, promoted_at=ago(minutes=2), waiting="bake after promotion")
    assert "bake after promotion ▰▰▰▰▱▱▱▱▱▱ 3m left" in words(split_pane(scene(snapshot(live(baking))), 77, 9))


# The evidence


def test_the_evidence_shows_rates_gauges_verdict_and_reason() -> None:
    said = words(evidence_pane(scene(mid_canary()), 77, 16))
    for part in (
        "Evidence · ○ undecided · 2m 20s old",
        "⠒⠒⠒ v42 canary   0.53%   ⠂⠂⠂ v41 baseline   0.51%",
        "slow, over 250 ms",
        "v42 canary   1.32%   v41 baseline   1.10%",
        "harm    ▰▱▱▱▱▱▱▱▱▱  1.8:1 that it is worse · harmful at 1,000:1",
        "safety  ▰▰▰▰▰▰▰▰▰▱  harms at most 1 in 140 · safe at 1 in 200",
        "94 were expected.",
        "┊ start",
    ):
        assert part in said


def test_a_tall_pane_charts_the_slow_rate_as_well() -> None:
    view = evidence_pane(scene(mid_canary()), 140, 29)
    said = words(view)
    assert "errors" in said
    assert "slow, over 250 ms" in said
    assert sum("└" in text(line) for line in view.lines) == 1  # they share the axis
    assert len(view.lines) <= 29


def test_old_evidence_is_marked() -> None:
    one = rollout()
    old = rollout(judgement=replace(one.judgement, seen_to=ago(minutes=20)))
    title = evidence_pane(scene(snapshot(live(old))), 77, 16).title
    assert title[-1] == ("20m old", Role.WARN)


def test_no_evidence_and_nothing_to_compare() -> None:
    said = words(evidence_pane(scene(snapshot(live(rollout(judgement=NOTHING_JUDGED)))), 77, 16))
    assert "A minute can be judged about 3m 30s after it began." in said
    said = words(evidence_pane(scene(idle(), "checkout:beta"), 77, 16))
    assert "No rollout is on this target: nothing is compared." in said
    assert "No sealed minutes yet." in words(evidence_pane(scene(idle(), "thumbnails:live"), 77, 16))


def test_a_version_without_data_has_none_and_not_zero() -> None:
    one = live(rollout())
    last = replace(one.traffic.minutes[-1], canary=None)
    quiet = replace(one, traffic=replace(one.traffic, minutes=(*one.traffic.minutes[:-1], last)))
    assert "v42 canary no data" in words(evidence_pane(scene(snapshot(quiet)), 77, 16))


# Alarms
def test_what_chance_does_to_the_canary_is_shaded_and_named() -> None:
    view = evidence_pane(scene(rolled_back()), 77, 16)
    legend, *rows = map(text, view.lines)
    assert "░░░ by chance   ⠒⠒⠒ v42 canary" in legend
    start = next(row.index("┊") for row in rows if "┊" in row)
    shaded = {at for row in rows for at, char in enumerate(row) if char == "░"}
    assert min(shaded) > start  # before the canary there is nothing to compare
    # At the end the canary has left the band: its line is high above, the band around the baseline.
    canary = next(number for number, line in enumerate(view.lines) if Role.CANARY in {span.role for span in line[2:]})
    lowest = next(number for number, row in enumerate(map(text, view.lines)) if number and "░" in row)
    assert canary < lowest


def test_the_band_is_named_wherever_there_is_room() -> None:
    tall = evidence_pane(scene(mid_canary()), 140, 29)
    assert sum("░░░ by chance" in text(line) for line in tall.lines) == 2
    narrow = evidence_pane(scene(mid_canary()), 77, 29)
    named = [text(line) for line in narrow.lines if "⠂⠂⠂" in text(line)]
    assert ["░░░ by chance" in line for line in named] == [True, False]
    assert named[1].startswith("slow, over 250 ms ")


def test_no_canary_no_band() -> None:
    assert "░" not in words(evidence_pane(scene(idle(), "checkout:beta"), 77, 16))


def test_alarms_are_ordered_by_what_matters() -> None:
    view = alarms_pane(scene(mid_canary()), 34, 10)
    lines = list(map(text, view.lines))
    assert lines[0].split() == ["✖", "ALARM", "queue-age", "3d"]
    assert lines[1].strip() == "since before, ignored"
    assert lines[2].split() == ["?", "NO", "DATA", "dlq-depth", "12d"]
    assert lines[3].split() == ["✔", "OK", "checkout-5xx", "2h"]
    assert lines[4].strip() == "watched"
    assert lines[-1].strip() == "composite"
    assert text(view.title) == "Alarms · 1 firing"


def test_wide_alarms_show_when() -> None:
    said = words(alarms_pane(scene(mid_canary()), 60, 10))
    assert "since 02 Jan 14:03 ·  3d" in said
    assert "since 13:23 · 40m" in said


def test_an_alarm_that_fired_again_is_not_ignored() -> None:
    again = tuple(replace(a, since=ago(minutes=2)) if a.name == "queue-age" else a for a in ALARMS)
    assert "ignored" not in words(alarms_pane(scene(replace(mid_canary(), alarms=again)), 34, 10))


def test_accepted_alarms_are_marked() -> None:
    one = rollout()
    plan = replace(one.plan, accepted_alarms=("queue-age",))
    said = words(alarms_pane(scene(snapshot(live(rollout(plan=plan)))), 60, 10))
    assert "accepted · since before, ignored" in said


def test_no_alarms_and_none_read_yet() -> None:
    assert "No alarms in this region." in words(alarms_pane(scene(replace(idle(), alarms=())), 34, 10))
    assert "loading…" in words(alarms_pane(scene(replace(idle(), alarms=(), feeds={})), 34, 10))
    denied = {FeedName.ALARMS: Feed(error="cloudwatch:DescribeAlarms is not allowed to the caller.")}
    said = words(alarms_pane(scene(replace(idle(), alarms=(), feeds=denied)), 34, 10))
    assert "cloudwatch:DescribeAlarms is not\nallowed to the caller." in said


def test_the_strip_names_what_fires() -> None:
    line, faded = alarm_strip(scene(mid_canary()), 80)
    assert text(line) == " ✖ 1 ALARM  ? 1 NO DATA  ✔ 3 OK  queue-age (since before, ignored)"
    assert not faded
    line, faded = alarm_strip(scene(feed_failing()), 100)
    assert text(line).endswith("1m 35s old · CloudWatch is not reachable: timed out")
    assert faded
    assert text(alarm_strip(scene(replace(idle(), alarms=())), 80)[0]) == " no alarms"
    assert alarm_strip(scene(None), 80)[0] == ()
    assert all(width_of(alarm_strip(scene(hostile()), width)[0]) <= width for width in (40, 60, 80))


# Events


def test_the_newest_event_is_first() -> None:
    lines = list(map(text, events_pane(scene(mid_canary()), 77, 7).lines))
    assert lines[0].startswith("14:00  · raised to 25%")
    assert lines[0].rstrip().endswith("engine")
    assert lines[-1].split()[-1] == "dev@laptop"
    wide = text(events_pane(scene(mid_canary()), 140, 12).lines[0])
    assert wide.startswith("14:00:30  · raised to 25%")
    assert "Nothing has happened yet." in words(events_pane(scene(idle()), 77, 7))


# Header, freshness


@pytest.mark.parametrize(
    ("width", "parts", "gone"),
    [
        (
            200,
            ("123456789012", "eu-west-1", "profile prod", "data 4s old", "12 calls/min", "http://localhost:4566"),
            (),
        ),
        (80, ("123456789012", "eu-west-1", "data 4s old"), ("localhost",)),
        (50, ("123456789012", "eu-west-1"), ("profile", "calls")),
    ],
)
def test_the_header_folds(width: int, parts: tuple[str, ...], gone: tuple[str, ...]) -> None:
    shown = replace(mid_canary(), caller=replace(CALLER, endpoint="http://localhost:4566"))
    line = header(scene(shown), width)
    assert width_of(line) == width
    assert all(part in text(line) for part in parts)
    assert not any(part in text(line) for part in gone)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_header_of_production_is_loud_from_end_to_end(width: int) -> None:
    one = rollout()
    line = header(scene(snapshot(live(replace(one, plan=replace(one.plan, production=True))))), width)
    assert " PRODUCTION " in text(line)
    assert {span.role for span in line} == {Role.LOUD_BAD, Role.LOUD_PRODUCTION}
    assert Role.LOUD_BAD not in {span.role for span in header(scene(mid_canary()), width)}


def test_the_badges_stay_when_the_header_folds() -> None:
    said = text(header(scene(read_only()), 80))
    assert "SANDBOX errors" in said
    assert "READ-ONLY" in said
    assert "4s old" in said
    assert text(header(scene(None), 60, "profile prod")).split() == ["MultiTool", "profile", "prod", "connecting…"]


@pytest.mark.parametrize(
    ("feed", "said", "faded"),
    [
        (Feed(), "", False),
        (Feed(ago(seconds=4), stale_after=30), "", False),
        (Feed(ago(seconds=41), "Throttled, retrying.", stale_after=30), "41s old · Throttled, retrying", True),
        (Feed(ago(seconds=41), stale_after=30), "41s old", True),
        (Feed(None, "Access denied."), "nothing read yet · Access denied", False),
        (Feed(ago(seconds=4), None, ago(seconds=12), 30), "AWS has not answered for 12s", False),
    ],
)
def test_a_feed_says_how_it_is(feed: Feed, said: str, faded: bool) -> None:
    line, is_faded = freshness(feed, NOW)
    assert (text(line), is_faded) == (said, faded)


def test_ages_grow_with_the_clock_alone() -> None:
    shown = mid_canary()
    later = Scene(NOW + timedelta(seconds=60), shown, TARGET)
    assert "data 1m 4s old" in text(header(later, 120))
    assert split_pane(later, 77, 9).faded
    assert not split_pane(scene(shown), 77, 9).faded


# What is shown first, and what leaves the screen


def test_the_first_target() -> None:
    assert first_target(mid_canary()) == TARGET
    assert first_target(rolled_back()) == TARGET
    assert first_target(idle()) == "checkout:beta"
    assert first_target(replace(idle(), functions=())) is None
    [checkout, *others] = idle().functions
    marked = [replace(each, description=write_lease(LEASE, "")) for each in checkout.aliases or ()][-1:]
    functions = (*others, replace(checkout, aliases=(*(checkout.aliases or ())[:1], *marked)))
    assert first_target(replace(idle(), functions=functions)) == "checkout:live"


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_the_console_of_each_partition(region: str, host: str) -> None:
    url, _ = console_url(scene(replace(mid_canary(), caller=replace(CALLER, region=region))))
    assert url == f"https://{host}/lambda/home?region={region}#/functions/checkout/aliases/live"


def test_there_is_not_always_a_console() -> None:
    assert console_url(scene(None))[0] is None
    elsewhere = replace(mid_canary(), caller=replace(CALLER, endpoint="http://localhost:4566"))
    assert console_url(scene(elsewhere)) == (
        None,
        "This session talks to an endpoint of its own, which has no console.",
    )


def test_what_is_copied() -> None:
    assert copied_text(scene(idle(), None)) is None
    assert copied_text(scene(idle(), "checkout:beta")) == "checkout:beta v41"
    copied = copied_text(scene(rolled_back()))
    assert copied is not None
    assert copied.startswith("checkout:live: v41 to v42, rolled back at 0% (rollout r-20260105-1352)\n231 of")


def test_the_fixtures_know_every_feed_and_alarm_state() -> None:
    assert set(mid_canary().feeds) == set(FeedName)
    assert {alarm.state for alarm in ALARMS} == set(AlarmState)
