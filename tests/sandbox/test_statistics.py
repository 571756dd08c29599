"""Every form of statistic, against values that can be worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.sandbox.metrics.distribution import Distribution, StatisticSet, merge
from multitool_tui.sandbox.metrics.statistics import parse

# 1, 2, ..., 100
HUNDRED = Distribution({float(value): 1.0 for value in range(1, 101)})


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 5050.0),
        ("SampleCount", 100.0),
        ("Average", 50.5),
        ("Minimum", 1.0),
        ("Maximum", 100.0),
        ("p50", 50.0),
        ("p99", 99.0),
        ("p99.9", 100.0),
        ("p0", 1.0),
        ("p100", 100.0),
        ("tm90", 45.5),
        ("TM90", 45.5),
        ("TM(10%:90%)", 50.5),
        ("TM(:50%)", 25.5),
        ("TM(95%:)", 98.0),
        ("TM(20:30)", 25.5),  # above 20, up to 30
        ("TC(20:30)", 10.0),
        ("tc90", 90.0),
        ("TC(80%:)", 20.0),
        ("ts10", 55.0),
        ("TS(98:)", 199.0),
        ("IQM", 50.5),
        ("wm90", (4095 + 10 * 90) / 100),
        ("WM(10%:90%)", (4995 - 995 + 10 * 11 + 10 * 90 + 4095 - 4000 - 55) / 100),
        ("PR(:30)", 30.0),
        ("PR(30:)", 70.0),
        ("PR(20:30)", 10.0),
        ("PR(:0.5)", 0.0),
        ("PR(:1000)", 100.0),
    ],
)
def test_forms(statistic: str, value: float) -> None:
    assert parse(statistic)(HUNDRED) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "sum", "Median", "p", "p101", "P50", "p-1", "tm", "TM()", "TM(:)", "PR(10%:90%)", "TM(10%:90)", "TM(90:10)",
     "PR(5:5)", "PR(300)", "p50 ", "TC(:101%)", "pr(:3)"],
)  # fmt: skip
def test_no_statistics(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_statistic_sets_have_no_percentiles_unless_they_hold_one_value() -> None:
    spread = Distribution(sets=(StatisticSet(4, 10.0, 1.0, 4.0),))
    assert parse("p50")(spread) is None
    assert parse("PR(:3)")(spread) is None
    assert parse("Average")(spread) == 2.5
    assert (parse("Minimum")(spread), parse("Maximum")(spread)) == (1.0, 4.0)
    alike = Distribution({2.0: 1}, (StatisticSet(3, 6.0, 2.0, 2.0),))
    assert parse("p50")(alike) == 2.0
    assert parse("SampleCount")(alike) == 4


VALUES = st.dictionaries(st.floats(0.1, 1e6), st.integers(1, 1000), min_size=1, max_size=30)


@given(VALUES, st.floats(0.1, 1e6))
def test_a_percentile_rank_is_a_count(values: dict[float, int], bound: float) -> None:
    distribution = Distribution(values)
    counted = sum(count for value, count in values.items() if value <= bound)
    text = f"{bound:.6f}"
    counted = sum(count for value, count in values.items() if value <= float(text))
    rank = parse(f"PR(:{text})")(distribution)
    assert rank is not None
    assert rank / 100 * distribution.sample_count == pytest.approx(counted)
    assert parse(f"TC(:{text})")(distribution) == pytest.approx(counted)


@given(VALUES, VALUES)
def test_merging_counts_every_value_once(one: dict[float, int], other: dict[float, int]) -> None:
    both = merge([Distribution(one), Distribution(other)])
    assert both.sample_count == sum(one.values()) + sum(other.values())
    assert both.maximum == max([*one, *other])


@given(VALUES, st.floats(0, 100), st.floats(0, 100))
def test_percentiles_are_ordered_and_within_the_values(values: dict[float, int], one: float, other: float) -> None:
    distribution = Distribution(values)
    low, high = (parse(f"p{share:.3f}")(distribution) for share in sorted((one, other)))
    assert low is not None
    assert high is not None
    assert distribution.minimum <= low <= high <= distribution.maximum
