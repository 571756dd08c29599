"""Windows in which nothing is started, by a clock on a wall."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.rollout.freeze import frozen, parse_freeze

WEEKEND = "Fri 16:00 - Mon 08:00 Europe/Berlin"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at", "until"),
    [
        (WEEKEND, "2026-01-09T14:59:59", None),
        (WEEKEND, "2026-01-09T15:00:00", "2026-01-12T07:00:00"),
        (WEEKEND, "2026-01-12T06:59:59", "2026-01-12T07:00:00"),
        (WEEKEND, "2026-01-12T07:00:00", None),
        (WEEKEND, "2026-07-10T14:00:00", "2026-07-13T06:00:00"),  # in summer
        (WEEKEND, "2026-03-28T12:00:00", "2026-03-30T06:00:00"),  # it begins in winter, and ends in summer
        ("friday 16:00 - MONDAY 8:00", "2026-01-09T16:00:00", "2026-01-12T08:00:00"),
        ("Mon 08:00 - Fri 16:00", "2026-01-08T00:00:00", "2026-01-09T16:00:00"),
        ("Wed 10:00 - Wed 12:00", "2026-01-07T11:00:00", "2026-01-07T12:00:00"),
        ("Wed 12:00 - Wed 10:00", "2026-01-07T11:00:00", None),  # all week but two hours
        ("22:00 - 06:00", "2026-01-08T21:59:00", None),
        ("22:00 - 06:00", "2026-01-08T23:00:00", "2026-01-09T06:00:00"),
        ("22:00 - 06:00", "2026-01-09T05:59:00", "2026-01-09T06:00:00"),
        ("2026-12-21 - 2027-01-03 Europe/Berlin", "2026-12-20T22:59:00", None),
        ("2026-12-21 - 2027-01-03 Europe/Berlin", "2026-12-20T23:00:00", "2027-01-03T23:00:00"),
        ("2026-12-24 12:00 - 2026-12-24 18:00", "2026-12-24T17:59:00", "2026-12-24T18:00:00"),
        ("2026-12-24 12:00 - 2026-12-24 18:00", "2026-12-24T18:00:00", None),
    ],
)
def test_a_window_is_told_with_its_end(text: str, at: str, until: str | None) -> None:
    assert parse_freeze(text).until(_at(at)) == (_at(until) if until else None)


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "Fri 16:00", "Fri 16:00 - 08:00", "Fri - Mon", "Fri 16:00 - Fri 16:00", "Fry 16:00 - Mon 08:00"),
        *("Fri 25:00 - Mon 08:00", "2026-12-21 - 2026-12-20", "2026-02-30 - 2026-03-01", "Fri 16:00 - 2026-03-01"),
        *("22:00 - 06:00 Moon", "22:00 - 06:00 ../../etc/passwd", "08:00 - 08:00"),
    ],
)
def test_what_is_no_window_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        parse_freeze(text)


@given(st.text(alphabet="FriMonSat 0123456789:-/UTCEuropeBerlin") | st.text())
def test_any_text_is_a_window_or_a_sentence(text: str) -> None:
    with contextlib.suppress(ValueError):
        parse_freeze(text)


@given(st.integers(0, 366 * 24 * 60))
def test_a_window_that_is_on_ends_later_and_is_off_then(minutes: int) -> None:
    now = _at("2026-01-01T00:00:00") + timedelta(minutes=minutes)
    for text in (WEEKEND, "22:00 - 06:00 America/New_York", "Sun 01:30 - Sun 02:30 Europe/Berlin"):
        until = parse_freeze(text).until(now)
        if until:
            assert now < until <= now + timedelta(days=4)
            assert parse_freeze(text).until(until + timedelta(hours=1)) is None


def test_of_several_windows_the_longest_counts() -> None:
    found = frozen((WEEKEND, "00:00 - 23:59"), _at("2026-01-10T12:00:00"))
    assert found
    assert found[0].text == WEEKEND
    assert frozen((), _at("2026-01-10T12:00:00")) is None
