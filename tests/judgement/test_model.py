from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.model import Counts

_COUNTS = st.builds(
    Counts,
    invocations=st.integers(0, 1000),
    errors=st.integers(0, 1000),
    slow=st.none() | st.integers(0, 1000),
    throttles=st.integers(0, 1000),
)


def test_rates_are_per_invocation() -> None:
    counts = Counts(invocations=200, errors=3, slow=10)
    assert counts.error_rate == 0.015
    assert counts.slow_rate == 0.05


def test_no_traffic_is_not_health() -> None:
    assert Counts(invocations=0, errors=0, slow=0).error_rate is None
    assert Counts(invocations=0, errors=0, slow=0).slow_rate is None


def test_slow_invocations_that_nobody_counted_are_not_none_at_all() -> None:
    assert Counts(invocations=10).slow_rate is None
    assert (Counts(invocations=10) + Counts(invocations=10)).slow is None
    assert (Counts(invocations=10, slow=2) + Counts(invocations=10)).slow == 2


@given(_COUNTS, _COUNTS, _COUNTS)
def test_counts_add_up_in_any_order(a: Counts, b: Counts, c: Counts) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert (a + b).invocations == a.invocations + b.invocations
    assert (a + b).errors == a.errors + b.errors
    assert (a + b).throttles == a.throttles + b.throttles
