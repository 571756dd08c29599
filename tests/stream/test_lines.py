"""Each way in which a line can be wrong has its one sentence, which names the field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from multitool_tui.judgement.model import AlarmState, Counts, Minute
from multitool_tui.stream.errors import LineError
from multitool_tui.stream.lines import LONGEST_LINE, NewRollout, Sealed, read_line, write_line

WHOLE: dict[str, Any] = {
    "minute": "2026-01-05T10:00:00Z",
    "weight": 0.1,
    "baseline": {"invocations": 540, "errors": 3, "slow": 5},
    "canary": {"invocations": 60, "errors": 1, "slow": 0},
    "alarms": {"checkout-5xx": "OK"},
}
START = datetime(2026, 1, 5, 10, tzinfo=UTC)


def line(**changed: Any) -> bytes:
    """The whole line with some of its keys changed; those that become ... are left out."""
    return json.dumps({key: value for key, value in {**WHOLE, **changed}.items() if value is not ...}).encode()


def canary(**changed: Any) -> bytes:
    return line(canary={key: value for key, value in {**WHOLE["canary"], **changed}.items() if value is not ...})


def test_a_whole_line_is_read_as_it_stands() -> None:
    assert read_line(line() + b"\r\n") == Sealed(
        Minute(START, 0.1, Counts(540, 3, 5), Counts(60, 1, 0)),
        "2026-01-05T10:00:00Z",
        {"checkout-5xx": AlarmState.OK},
    )


def test_what_may_be_missing_is_unknown_and_not_zero() -> None:
    read = read_line(b'{"minute": "2026-01-05T10:00:00Z", "baseline": {"invocations": 9, "errors": 0}, "canary": null}')
    assert isinstance(read, Sealed)
    assert read.minute == Minute(START, 0.0, Counts(9, 0, None), None)
    assert read.alarms is None


def test_a_rollout_has_any_name() -> None:
    assert read_line('{"rollout": "größer \\u0000"}'.encode()) == NewRollout("größer \0")


@pytest.mark.parametrize(
    "text",
    ["2026-01-05T10:00Z", "2026-01-05 10:00:00.000Z", "2026-01-05T11:00:00+01:00", "2026-01-05T10:00:00-00:00"],
)
def test_one_moment_may_be_written_in_several_ways(text: str) -> None:
    read = read_line(line(minute=text))
    assert isinstance(read, Sealed)
    assert read.minute.start == START
    assert read.text == text


def test_a_sum_of_cloudwatch_is_whole_also_with_a_point() -> None:
    read = read_line(canary(invocations=60.0))
    assert isinstance(read, Sealed)
    assert read.minute.canary == Counts(60, 1, 0)


def test_what_is_answered_by_an_api_in_front_is_a_stream_of_its_own() -> None:
    read = read_line(canary(throttles=7, client_errors=2, server_errors=67))
    assert isinstance(read, Sealed)
    assert read.minute.canary == Counts(60, 1, 0, 7, 2, 67)


def test_throttles_are_no_invocations_and_so_may_be_more() -> None:
    read = read_line(canary(invocations=0, errors=0, throttles=500))
    assert isinstance(read, Sealed)
    assert read.minute.canary == Counts(0, 0, 0, 500)


NUMBER = "should be a whole number, not"
TIME = "minute should be an ISO 8601 time like 2026-01-05T10:00:00Z, not"

WRONG: list[tuple[bytes, str]] = [
    (
        canary(metrics={"orders": {"bad": 3, "total": 2}}),
        "canary.metrics.orders.bad counts 3, more than the total of 2.",
    ),
    (canary(metrics={"orders": {"bad": 3}}), "canary.metrics.orders.total is missing."),
    (
        canary(metrics={"orders": {"bad": 3, "totl": 2}}),
        "canary.metrics.orders.totl is not a key; the nearest one is total.",
    ),
    # not even an object
    (b"", "The line is empty."),
    (b" \t\r\n", "The line is empty."),
    (b"{", "The line is not JSON: EOF while parsing an object at column 1."),
    (b"minute", "The line is not JSON: expected value at column 1."),
    (b'{"rollout": "a"} {}', "The line is not JSON: trailing characters at column 18."),
    (b'{"minute": "2026-01-05T10:00:00Z", "weight": .5}', "The line is not JSON: expected value at column 46."),
    (b"{'minute': 1}", "The line is not JSON: key must be a string at column 2."),
    (line()[:-1], "The line is not JSON: EOF while parsing an object at column"),
    (b"[" * 1000, "The line is not JSON: recursion limit exceeded at column 202."),
    (b'{"rollout": "\xff"}', "The line is not UTF-8 text: invalid unicode code point at column 14."),
    (b'{"rollout": "\\ud800"}', "The line is not JSON: unexpected end of hex escape at column 20."),
    (b"[1]", "The line should be an object, not an array."),
    (b"null", "The line should be an object, not null."),
    (b" " * (LONGEST_LINE + 1), "The line is longer than 65,536 bytes."),
    # keys
    (b"{}", "minute is missing."),
    (line(canry={}), "canry is not a key; the nearest one is canary."),
    (
        line(**{"a\n\x1b[31m" + "z" * 99: 1}),
        r'"a\n\u001b[31mzzzzzzzzzzzzzzzzzzzzzzzzz… is not a key; the nearest one is',
    ),
    (canary(invocations=..., invocatons=5), "canary.invocatons is not a key; the nearest one is invocations."),
    (canary(invocations=...), "canary.invocations is missing."),
    (canary(errors=...), "canary.errors is missing."),
    (line(minute=..., mintue="2026"), "mintue is not a key; the nearest one is minute."),
    (line(weight=...), "weight is missing, which only a minute without a canary may do."),
    (line(rollout="a"), "rollout and minute are on one line: each needs its own."),
    (b'{"rollout": "a", "weight": 1}', "weight is not a key; the nearest one is rollout."),
    (b'{"rollout": 3}', "rollout should be a string, not 3."),
    # counts
    (line(canary=[60, 1]), "canary should be an object, not an array."),
    (line(baseline=540), "baseline should be an object, not 540."),
    (canary(invocations=-1, errors=0), "canary.invocations should be at least 0, not -1."),
    (canary(errors=-0.5), f"canary.errors {NUMBER} -0.5."),
    (canary(errors=1.5), f"canary.errors {NUMBER} 1.5."),
    (canary(errors="1"), f'canary.errors {NUMBER} "1".'),
    (canary(errors=True), f"canary.errors {NUMBER} true."),
    (canary(errors=None), f"canary.errors {NUMBER} null."),
    (canary(errors=float("nan")), f"canary.errors {NUMBER} NaN."),
    (canary(slow=float("inf")), f"canary.slow {NUMBER} Infinity."),
    (canary(invocations=10**12 + 1), "canary.invocations should be at most 1,000,000,000,000, not 1000000000001."),
    (
        canary(invocations=10**99),
        "canary.invocations should be at most 1,000,000,000,000, not a number of",
    ),
    (canary(throttles=-1), "canary.throttles should be at least 0, not -1."),
    (canary(throttles=0.5), f"canary.throttles {NUMBER} 0.5."),
    (canary(throttles=None), f"canary.throttles {NUMBER} null."),
    (canary(client_errors=-1), "canary.client_errors should be at least 0, not -1."),
    (canary(server_errors=2.5), f"canary.server_errors {NUMBER} 2.5."),
    (canary(server_errors=[{"a": [{}]}]), f"canary.server_errors {NUMBER} an array."),
    (canary(client_errors={"4XX": 3}), f"canary.client_errors {NUMBER} an object."),
    (canary(client_errors=False), f"canary.client_errors {NUMBER} false."),
    (canary(server_errors=float("-inf")), f"canary.server_errors {NUMBER} -Infinity."),
    (line().replace(b'"slow": 0', b'"throttles": 1e400'), f"canary.throttles {NUMBER} Infinity."),
    (line().replace(b'"slow": 0', b'"server_errors": -1e400'), f"canary.server_errors {NUMBER} -Infinity."),
    (canary(throttles=10**400), "canary.throttles should be at most 1,000,000,000,000, not a number of more than 30"),
    (canary(client_errors=-(10**400)), "canary.client_errors should be at least 0, not a number of more than 30"),
    (canary(server_error=1), "canary.server_error is not a key; the nearest one is server_errors."),
    (line(throttles=1), "throttles is not a key; the nearest one is"),
    (canary(errors=61), "canary.errors counts 61, more than the 60 invocations."),
    (canary(slow=61), "canary.slow counts 61, more than the 60 invocations."),
    (canary(client_errors=61), "canary.client_errors counts 61, more than the 60 invocations."),
    (canary(server_errors=61), "canary.server_errors counts 61, more than the 60 invocations."),
    (
        canary(throttles=7, server_errors=68),
        "canary.server_errors counts 68, more than the 60 invocations and 7 throttles.",
    ),
    (canary(throttles=7, errors=61), "canary.errors counts 61, more than the 60 invocations."),
    (line(baseline={"invocations": 0, "errors": 1}), "baseline.errors counts 1, more than the 0 invocations."),
    # weight
    (line(weight="10%"), 'weight should be a number, not "10%".'),
    (line(weight=True), "weight should be a number, not true."),
    (line(weight=float("nan")), "weight should be a finite number, not NaN."),
    (line(weight=-0.1), "weight should be at least 0, not -0.1."),
    (line().replace(b"0.1", b"1e400"), "weight should be a finite number, not Infinity."),
    (line(weight=10**400), "weight should be at most 1, not a number of more than 30 digits."),
    (line(weight=10), "weight should be at most 1, not 10."),
    # times
    (
        line(minute="2026-01-05T10:00:00"),
        "minute has no offset from UTC: write 2026-01-05T10:00:00Z, or 2026",
    ),
    (line(minute="2026-01-05"), f'{TIME} "2026-01-05".'),
    (line(minute="10:00"), f'{TIME} "10:00".'),
    (line(minute="2026-02-30T10:00:00Z"), f'{TIME} "2026-02-30T10:00:00Z".'),
    (line(minute="2026-01-05T10:00:00+99:00"), f'{TIME} "2026-01-05T10:00:00+99:00".'),
    (line(minute="٢٠٢٦-01-05T10:00:00Z"), f'{TIME} "٢٠٢٦-01-05T10:00:00Z".'),
    (line(minute=1767607200), 'minute should be a time in quotes, like "2026-01-05T10:00:00Z", not 1767607200.'),
    (line(minute="0001-01-01T00:00:00+10:00"), "minute should lie between the years 2000 and 2200, not at 0001-01-01"),
    (line(minute="9999-12-31T23:59:00Z"), "minute should lie between the years 2000 and 2200, not at 9999-12-31"),
    # alarms
    (line(alarms={"checkout-5xx": "ok"}), "alarms.checkout-5xx should be 'OK', 'ALARM' or 'INSUFFICIENT_DATA', not"),
    (line(alarms={"a b": 1}), "alarms.\"a b\" should be 'OK', 'ALARM' or 'INSUFFICIENT_DATA', not 1."),
    (line(alarms=["checkout-5xx"]), "alarms should be an object, not an array."),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[sentence[:60] for _, sentence in WRONG])
def test_a_line_that_is_wrong_says_where_and_why(wrong: bytes, sentence: str) -> None:
    with pytest.raises(LineError) as refused:
        read_line(wrong)
    text = str(refused.value)
    assert text.startswith(sentence)
    assert text.endswith(".")
    assert text.isprintable()


def test_a_thousand_unknown_keys_are_one_sentence() -> None:
    with pytest.raises(LineError, match=r"^k0 is not a key; the nearest one is \w+\.$"):
        read_line(line(**{f"k{number}": 1 for number in range(1000)}))


@pytest.mark.parametrize(
    "minute",
    [
        Minute(START, 0.0),
        Minute(START, 0.0, Counts(540, 3)),
        Minute(START, 0.0123, Counts(540, 3, 5, 2), Counts(60, 1, 0)),
        Minute(START, 0.1, Counts(540, 3, 5, 0, 0, 3), Counts(0, 0, None, 90, None, 90)),
    ],
)
def test_a_minute_that_is_written_is_read_back(minute: Minute) -> None:
    read = read_line(write_line(minute).encode())
    assert read == Sealed(minute, "2026-01-05T10:00:00Z")
