"""The stream: a line for a line, whatever comes; what cannot be used changes nothing; late minutes count once."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multitool_tui.rollout.metrics import MetricPair
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.stream.stream import Stream
from tests.stream.test_lines import WRONG

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
ADAPTIVE = parse_plan("adaptive")


def minute(number: int, weight: float = 0.0, failed: tuple[int, int] = (1, 0), requests: int = 600) -> bytes:
    """A minute of 600 requests, by weight between baseline and canary; `failed` of (baseline, canary)."""
    line: dict[str, Any] = {"minute": f"{START + number * timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}", "weight": weight}
    to_canary = round(requests * weight)
    line["baseline"] = {"invocations": requests - to_canary, "errors": failed[0]}
    if weight:
        line["canary"] = {"invocations": to_canary, "errors": failed[1]}
    return json.dumps(line).encode()


HISTORY = [minute(number, failed=(number % 3, 0)) for number in range(30)]


def answers(lines: list[bytes]) -> list[dict[str, Any]]:
    stream = Stream(ADAPTIVE)
    return [json.loads(stream.answer(line)) for line in lines]


def test_an_answer_has_the_keys_of_the_contract() -> None:
    *_, last = answers([*HISTORY, minute(30, 0.1, (1, 1))])
    assert list(last) == ["minute", "verdict", "action", "weight", "evidence", "reason"]
    assert list(last["evidence"]) == ["harm", "harm_limit", "safety", "safety_limit"]
    assert last["minute"] == "2026-01-05T10:30:00Z"
    assert last["verdict"] == "undecided"
    assert 0 < last["weight"] <= 1
    assert last["evidence"]["harm"] < last["evidence"]["harm_limit"]
    assert last["reason"].startswith("1 of the canary's 60 requests failed")


def test_a_bad_canary_is_rolled_back_and_a_good_one_promoted() -> None:
    bad = answers([*HISTORY, *(minute(30 + number, 0.1, (1, 12)) for number in range(10))])
    assert bad[-1]["verdict"] == "harmful"
    assert (bad[-1]["action"], bad[-1]["weight"]) == ("roll_back", 0.0)
    good = answers([*HISTORY, *(minute(30 + number, 0.25) for number in range(40))])
    assert good[-1]["verdict"] == "safe"
    assert (good[-1]["action"], good[-1]["weight"]) == ("promote", 1.0)


def test_a_new_rollout_begins_with_nothing() -> None:
    bad = [*HISTORY, *(minute(30 + number, 0.1, (1, 12)) for number in range(10))]
    both = answers([*bad, b'{"rollout": "second"}', *bad])
    assert both[len(bad)] == {"rollout": "second"}
    assert both[len(bad) + 1 :] == both[: len(bad)]


def test_an_alarm_that_goes_off_after_the_start_rolls_back() -> None:
    def with_alarm(line: bytes, state: str) -> bytes:
        return json.dumps({**json.loads(line), "alarms": {"checkout-5xx": state}}).encode()

    *_, before, after = answers(
        [*HISTORY, with_alarm(minute(30, 0.1), "OK"), with_alarm(minute(31, 0.1), "ALARM")],
    )
    assert before["verdict"] == "undecided"
    assert after["action"] == "roll_back"
    assert "checkout-5xx" in after["reason"]


def test_minutes_without_an_order_say_the_same_in_the_end() -> None:
    rollout = [minute(30 + number, 0.1, (1, number % 2)) for number in range(12)]
    in_time = answers([*HISTORY, *rollout])[-1]
    shuffled = answers([*HISTORY, *rollout[6:-1], *rollout[:6], rollout[-1]])[-1]
    assert shuffled["evidence"] == in_time["evidence"]


def test_a_minute_that_comes_again_counts_once_as_it_came_last() -> None:
    rollout = [minute(30 + number, 0.1, (1, number % 2)) for number in range(8)]
    once = answers([*HISTORY, *rollout])[-1]
    first = [minute(30 + number, 0.1, (1, 0)) for number in range(8)]
    again = answers([*HISTORY, *(line for pair in zip(first, rollout, strict=True) for line in pair), rollout[-1]])[-1]
    assert again["evidence"] == once["evidence"]


def test_an_error_names_its_line() -> None:
    first, second, third = answers([HISTORY[0], b"{}", HISTORY[1]])
    assert second == {"error": "minute is missing.", "line": 2}
    assert {"minute"} <= first.keys() & third.keys()


@pytest.mark.parametrize(
    ("stream", "happened"),
    [
        ("throttles", "were throttled"),
        ("client_errors", "were answered with 4XX"),
        ("server_errors", "were answered with 5XX"),
    ],
)
def test_the_reason_names_the_stream_that_decided(stream: str, happened: str) -> None:
    """Its errors are those of a good version, and a version that nobody measured this of is judged by the others."""

    def beside(line: bytes, canary: int) -> bytes:
        keys = json.loads(line)
        keys["baseline"][stream] = 1
        keys["canary"][stream] = canary
        return json.dumps(keys).encode()

    bad = answers([*HISTORY, *(beside(minute(30 + number, 0.1), 20) for number in range(10))])[-1]
    assert (bad["verdict"], bad["action"]) == ("harmful", "roll_back")
    assert happened in bad["reason"]
    good = answers([*HISTORY, *(beside(minute(30 + number, 0.1), number % 2) for number in range(10))])[-1]
    assert good["verdict"] == "undecided"


GOOD = [*HISTORY[-5:], *(minute(30 + number, 0.1, (1, number % 3)) for number in range(5))]
EXPECTED = answers(GOOD)


@pytest.mark.parametrize("wrong", [wrong for wrong, _ in WRONG], ids=[sentence[:60] for _, sentence in WRONG])
def test_a_bad_line_between_good_ones_changes_nothing(wrong: bytes) -> None:
    found = answers([line for good in GOOD for line in (wrong, good)])
    assert found[1::2] == EXPECTED
    assert all(set(answer) == {"error", "line"} for answer in found[::2])


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
COUNTS = st.fixed_dictionaries(
    {"invocations": st.integers(0, 10**12) | ANY_JSON, "errors": st.integers(0, 100) | ANY_JSON},
    optional={
        "slow": st.integers(0, 100) | ANY_JSON,
        "throttles": st.integers(0, 10**12) | ANY_JSON,
        "client_errors": st.integers(0, 100) | ANY_JSON,
        "server_errors": st.integers(0, 100) | ANY_JSON,
    },
)
NEARLY_A_MINUTE = st.fixed_dictionaries(
    {},
    optional={
        "minute": st.integers(-100, 100).map(lambda n: (START + n * timedelta(minutes=1)).isoformat()) | ANY_JSON,
        "weight": st.floats(0, 1) | st.just(0) | ANY_JSON,
        "baseline": COUNTS | ANY_JSON,
        "canary": COUNTS | ANY_JSON,
        "alarms": st.dictionaries(st.text(max_size=4), st.sampled_from(["OK", "ALARM"]), max_size=2) | ANY_JSON,
        "rollout": st.text(max_size=4) | ANY_JSON,
    },
)
ANY_LINE = (
    st.binary(max_size=80) | st.text(max_size=80).map(str.encode) | NEARLY_A_MINUTE.map(json.dumps).map(str.encode)
)


def strict_json(text: str) -> dict[str, Any]:
    """JSON without NaN and Infinity, which Python would let pass."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    read: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return read


@settings(max_examples=400)
@given(st.lists(ANY_LINE, max_size=6))
def test_any_line_gives_exactly_one_line_of_json(lines: list[bytes]) -> None:
    stream = Stream(ADAPTIVE)
    for line in lines:
        text = stream.answer(line)
        assert "\n" not in text
        assert text.isascii()
        answer = strict_json(text)
        assert ("error" in answer) + ("rollout" in answer) + ("verdict" in answer) == 1
        if "verdict" in answer:
            assert 0 <= answer["weight"] <= 1


@given(ANY_LINE)
def test_after_any_line_the_next_good_one_is_answered(line: bytes) -> None:
    """And where it was an error, to the digit as without it."""
    stream = Stream(ADAPTIVE)
    first = stream.answer(GOOD[0])
    between = strict_json(stream.answer(line))
    after = strict_json(stream.answer(GOOD[1]))
    assert after["minute"] == json.loads(GOOD[1])["minute"]
    if "error" in between:
        assert between["line"] == 2
        assert [strict_json(first), after] == EXPECTED[:2]


VALID_COUNTS = st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)).flatmap(
    lambda n: st.fixed_dictionaries(
        {"invocations": st.just(n[0]), "errors": st.integers(0, n[0])},
        optional={
            "slow": st.none() | st.integers(0, n[0]),
            "throttles": st.just(n[1]),
            "client_errors": st.none() | st.integers(0, n[0]),
            "server_errors": st.none() | st.integers(0, n[0]),
        },
    )
)
VALID_MINUTE = st.fixed_dictionaries(
    {
        "minute": st.integers(0, 300).map(lambda n: (START + n * timedelta(minutes=1)).isoformat()),
        "weight": st.floats(0, 1) | st.sampled_from([0, 0.1, 1]),
    },
    optional={"baseline": VALID_COUNTS, "canary": VALID_COUNTS},
)


@settings(max_examples=200)
@given(st.lists(VALID_MINUTE, min_size=1, max_size=12), st.sampled_from(["adaptive", "AllAtOnce", "5%/5m 50%/5m"]))
def test_every_valid_minute_is_judged_whatever_its_numbers(minutes: list[dict[str, Any]], plan: str) -> None:
    stream = Stream(parse_plan(plan))
    for one in minutes:
        answer = strict_json(stream.answer(json.dumps(one).encode()))
        assert answer["minute"] == one["minute"]
        assert all(math.isfinite(number) and number >= 0 for number in answer["evidence"].values())


def test_a_metric_of_the_plan_is_judged_and_any_other_is_named() -> None:
    plan = parse_plan("adaptive")
    plan = replace(plan, analysis=replace(plan.analysis, metrics=(MetricPair("orders"),)))
    counts = {"invocations": 900, "errors": 0, "metrics": {"orders": {"bad": 1, "total": 90}}}
    bad = {"invocations": 100, "errors": 0, "metrics": {"orders": {"bad": 9, "total": 10}}}
    stream = Stream(plan)
    for number in range(4):
        line = {"minute": f"2026-01-05T10:0{number}:00Z", "weight": 0.1, "baseline": counts, "canary": bad}
        answer = json.loads(stream.answer(json.dumps(line).encode()))
    assert answer["action"] == "roll_back"
    assert "in metric orders were bad" in answer["reason"]
    said = json.loads(Stream(parse_plan("adaptive")).answer(json.dumps(line).encode()))
    assert said["error"] == 'baseline.metrics has "orders", and the metrics of the plan are: none.'
