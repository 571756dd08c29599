"""What an operator is told that a rollout can tell, at any traffic."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.rollout.outlook import Caught, Outlook

MINUTE = timedelta(minutes=1)


def caught(rate: float, found: float = 1.0, after: float = 6, bad: float = 9) -> Caught:
    return Caught(rate, found, after * MINUTE, bad) if found else Caught(rate, 0, None, None)


BUSY = Outlook(
    210,
    0.004,
    over=179 * MINUTE,
    within=120 * MINUTE,
    promoted=1.0,
    promoted_after=14 * MINUTE,
    caught=(caught(0.014),),
)
QUIET = replace(
    BUSY, requests_a_minute=3.04, promoted=0.0, promoted_after=None, caught=(caught(0.1, 0.2), caught(0.3, after=68))
)
HOPELESS = replace(QUIET, requests_a_minute=0.213, caught=(caught(1.0, 0),))
ABOUT_BUSY = (
    "At 210 requests a minute (last 3h), a rise of errors from 0.4% to 1.4% is caught after about 9 bad requests, 6m"
)


@pytest.mark.parametrize(
    ("outlook", "words", "tells"),
    [
        (BUSY, f"{ABOUT_BUSY}. A healthy version is promoted after about 14m.", True),
        (
            replace(BUSY, caught=(caught(0.014, 0), caught(0.034))),
            f"{ABOUT_BUSY.replace('1.4%', '3.4%')}; one to 1.4% is missed. "
            "A healthy version is promoted after about 14m.",
            True,
        ),
        (
            replace(BUSY, caught=(caught(0.014, 0.45), caught(0.034))),
            f"{ABOUT_BUSY.replace('1.4%', '3.4%')}; one to 1.4% in 45% of rollouts. "
            "A healthy version is promoted after about 14m.",
            True,
        ),
        (
            replace(BUSY, promoted=0.6, promoted_after=92 * MINUTE),
            f"{ABOUT_BUSY}. A healthy version is promoted in 60% of rollouts before the deadline (2h), "
            "after about 1h 30m.",
            False,
        ),
        (
            replace(BUSY, promoted=0.1, promoted_after=92 * MINUTE),
            f"{ABOUT_BUSY}. A healthy version mostly gets no verdict before the deadline (2h).",
            False,
        ),
        (replace(BUSY, promoted_after=timedelta()), f"{ABOUT_BUSY}. A healthy version is promoted at once.", True),
        (
            replace(BUSY, caught=(caught(1.0, 0.5),)),
            "At 210 requests a minute (last 3h), a rise of errors from 0.4% to 100% is caught in 50% of "
            "rollouts. A healthy version is promoted after about 14m.",
            False,
        ),
        (
            QUIET,
            "At 3 requests a minute (last 3h), a rise of errors from 0.4% to 30% is caught after about 9 bad "
            "requests, 1h 10m; one to 10% in 20% of rollouts. "
            "A healthy version gets no verdict before the deadline (2h).",
            False,
        ),
        (
            HOPELESS,
            "At 0.21 requests a minute (last 3h), no verdict is possible before the deadline (2h).",
            False,
        ),
        (
            replace(HOPELESS, requests_a_minute=0.999),
            "At 1 request a minute (last 3h), no verdict is possible before the deadline (2h).",
            False,
        ),
        (
            replace(HOPELESS, within=240 * MINUTE, to_deadline=False),
            "At 0.21 requests a minute (last 3h), no verdict is possible in the first 4h.",
            False,
        ),
        (
            replace(HOPELESS, requests_a_minute=0, error_rate=0, caught=()),
            "No requests in the last 3h: without traffic no verdict is possible.",
            False,
        ),
        (
            replace(BUSY, requests_a_minute=12345.6, over=12 * MINUTE, caught=(caught(0.014, bad=1.2, after=0.4),)),
            "At 12,346 requests a minute (last 12m), a rise of errors from 0.4% to 1.4% is caught after about "
            "1 bad request, 1m. A healthy version is promoted after about 14m.",
            True,
        ),
    ],
)
def test_the_words(outlook: Outlook, words: str, tells: bool) -> None:
    assert outlook.words == words
    assert outlook.tells is tells


shares = st.floats(min_value=0, max_value=1)


@given(
    st.floats(min_value=0, max_value=1e6),
    shares,
    shares,
    st.lists(st.tuples(shares, shares), min_size=1, max_size=5),
)
def test_there_are_always_words(
    requests: float, errors: float, promoted: float, harms: list[tuple[float, float]]
) -> None:
    outlook = Outlook(
        requests,
        errors,
        over=180 * MINUTE,
        within=120 * MINUTE,
        promoted=promoted,
        promoted_after=20 * MINUTE if promoted else None,
        caught=tuple(caught(rate, found) for rate, found in sorted(harms)),
    )
    assert outlook.words.endswith(".")
    assert "None" not in outlook.words
