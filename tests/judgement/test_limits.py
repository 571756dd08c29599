"""What the plain judge says of minutes; limits: 1% above the baseline, 5 errors, 200 requests, 10 minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.limits import LimitJudge, Limits
from multitool_tui.judgement.model import AlarmState, Counts, Judgement, Minute, Verdict

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def _minute(
    number: int, baseline: tuple[int, int] | None, canary: tuple[int, int] | None, weight: float = 0.1
) -> Minute:
    """Minute `number` after the start; each version as (invocations, errors)."""
    return Minute(
        START + timedelta(minutes=number),
        weight,
        Counts(*baseline) if baseline else None,
        Counts(*canary) if canary else None,
    )


def _judge(*minutes: Minute, limits: Limits | None = None) -> Judgement:
    judge = LimitJudge(limits or Limits())
    return [judge.see_minute(minute) for minute in minutes][-1]


def test_a_canary_that_fails_more_than_the_baseline_is_harmful() -> None:
    said = _judge(_minute(0, (900, 9), (100, 12)))
    assert said.verdict is Verdict.HARMFUL
    assert said.reason == (
        "12 of the canary's 100 requests failed; at the baseline's rate one would expect 1: "
        "more than 1% above the baseline."
    )
    assert said.evidence.harm == pytest.approx(11)
    assert said.evidence.harm_limit == 1


def test_a_canary_that_fails_no_more_than_the_baseline_is_safe_after_enough_requests() -> None:
    minutes = [_minute(number, (900, 9), (100, 1)) for number in range(2)]
    early, late = _judge(minutes[0]), _judge(*minutes)
    assert early.verdict is Verdict.UNDECIDED
    assert early.reason.endswith("100 of 200 requests seen so far.")
    assert (early.evidence.safety, early.evidence.safety_limit) == (100, 200)
    assert late.verdict is Verdict.SAFE
    assert late.reason == "2 of the canary's 200 requests failed; at the baseline's rate one would expect 2."


def test_a_few_errors_condemn_nobody() -> None:
    assert _judge(_minute(0, (900, 0), (10, 4))).verdict is Verdict.UNDECIDED
    assert _judge(_minute(0, (900, 0), (10, 5))).verdict is Verdict.HARMFUL


def test_the_limit_itself_is_not_above_the_limit() -> None:
    assert _judge(_minute(0, (900, 0), (1000, 10))).verdict is Verdict.SAFE
    assert _judge(_minute(0, (900, 0), (1000, 11))).verdict is Verdict.HARMFUL


def test_a_burst_that_hits_both_versions_is_nobodys_fault() -> None:
    quiet = [_minute(number, (900, 0), (100, 0)) for number in range(3)]
    burst = _minute(3, (900, 450), (100, 50))
    assert _judge(*quiet, burst).verdict is Verdict.SAFE


def test_a_burst_after_the_weight_was_raised_is_nobodys_fault_either() -> None:
    # Added up over all minutes the canary's rate is ten times the baseline's: most of its traffic came in the burst.
    quiet = [_minute(number, (950, 0), (50, 0), weight=0.05) for number in range(9)]
    burst = _minute(9, (500, 50), (500, 50), weight=0.5)
    assert _judge(*quiet, burst).verdict is Verdict.SAFE


def test_a_baseline_without_errors_forgives_nothing() -> None:
    said = _judge(_minute(0, (900, 0), (100, 5)))
    assert said.verdict is Verdict.HARMFUL
    assert "one would expect 0:" in said.reason


def test_a_baseline_that_never_served_forgives_nothing() -> None:
    assert _judge(_minute(0, None, (100, 5))).verdict is Verdict.HARMFUL


@pytest.mark.parametrize("canary", [None, (0, 0)])
def test_no_traffic_is_not_health(canary: tuple[int, int] | None) -> None:
    said = _judge(*(_minute(number, (1000, 0), canary) for number in range(30)))
    assert said.verdict is Verdict.UNDECIDED
    assert said.seen_to is None
    assert said.reason == "No sealed minute shows a request to the canary yet."


def test_the_age_of_the_evidence_is_that_of_the_canarys_latest_traffic() -> None:
    said = _judge(_minute(0, (900, 0), (100, 0)), _minute(1, (900, 0), None), _minute(2, (900, 0), (0, 0)))
    assert said.seen_to == START + timedelta(minutes=1)


def test_the_age_counts_from_the_end_of_the_period() -> None:
    judge = LimitJudge(period=timedelta(seconds=5))
    assert judge.see_minute(_minute(0, (90, 0), (10, 0))).seen_to == START + timedelta(seconds=5)


def test_a_late_minute_replaces_the_earlier_one() -> None:
    early, complete, other = (
        _minute(0, (450, 0), (50, 0)),
        _minute(0, (900, 0), (100, 2)),
        _minute(1, (900, 0), (100, 0)),
    )
    said = _judge(early, other, complete, complete)
    assert said == _judge(complete, other)
    assert said.canary == Counts(200, 2)
    assert said.evidence.safety == 200


_SIDE = st.none() | st.integers(0, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))
_MINUTES = st.lists(st.tuples(_SIDE, _SIDE), min_size=1, max_size=15).map(
    lambda sides: [_minute(number, *both) for number, both in enumerate(sides)]
)


@given(_MINUTES, st.randoms(use_true_random=False))
def test_the_order_in_which_minutes_arrive_does_not_matter(minutes: list[Minute], random: Random) -> None:
    shuffled = list(minutes)
    random.shuffle(shuffled)
    assert _judge(*shuffled) == _judge(*minutes)


@given(_MINUTES)
def test_what_it_says_holds_together(minutes: list[Minute]) -> None:
    said = _judge(*minutes)
    evidence = said.evidence
    if said.verdict is Verdict.HARMFUL:
        assert evidence.harm > evidence.harm_limit
        assert said.canary.errors >= Limits().errors
    if said.verdict is Verdict.SAFE:
        assert evidence.safety == evidence.safety_limit
    assert (said.seen_to is None) is (said.canary.invocations == 0)
    assert said.reason.endswith(".")


def test_after_promotion_the_baselines_own_rate_stands_in() -> None:
    before = [_minute(number, (900, 90), (100, 10)) for number in range(3)]
    as_bad_as_ever = [_minute(number, None, (1000, 100), weight=1) for number in range(3, 20)]
    worse = [_minute(number, None, (1000, 150), weight=1) for number in range(20, 30)]
    assert _judge(*before, *as_bad_as_ever).verdict is Verdict.SAFE
    assert _judge(*before, *as_bad_as_ever, *worse).verdict is Verdict.HARMFUL


def test_the_history_before_the_canary_counts_for_the_baselines_rate() -> None:
    history = [_minute(number, (1000, 100), None, weight=0) for number in range(5)]
    assert _judge(*history, _minute(5, None, (200, 20), weight=1)).verdict is Verdict.SAFE


def test_old_harm_does_not_outlive_the_window() -> None:
    bad = _minute(0, (900, 0), (100, 20))
    good = [_minute(number, (900, 0), (100, 0)) for number in range(1, 11)]
    assert _judge(bad, *good[:9]).verdict is Verdict.HARMFUL
    assert _judge(bad, *good).verdict is Verdict.SAFE


def test_an_alarm_condemns_whatever_the_minutes_say() -> None:
    judge = LimitJudge()
    judge.see_alarms({"checkout-5xx": AlarmState.OK, "checkout-p99": AlarmState.OK})
    for number in range(5):
        judge.see_minute(_minute(number, (900, 0), (100, 0)))
    said = judge.see_alarms({"checkout-5xx": AlarmState.ALARM, "checkout-p99": AlarmState.OK})
    assert said.verdict is Verdict.HARMFUL
    assert said.reason == "Alarm checkout-5xx went off after the rollout started."
    assert said.alarms == ("checkout-5xx",)
    both = judge.see_alarms({"checkout-5xx": AlarmState.ALARM, "checkout-p99": AlarmState.ALARM})
    assert both.reason == "Alarms checkout-5xx, checkout-p99 went off after the rollout started."


def test_an_alarm_that_was_on_at_the_start_condemns_nobody() -> None:
    judge = LimitJudge()
    judge.see_alarms({"checkout-5xx": AlarmState.ALARM})
    said = judge.see_alarms({"checkout-5xx": AlarmState.ALARM})
    assert said.verdict is Verdict.UNDECIDED
    assert said.alarms == ()
