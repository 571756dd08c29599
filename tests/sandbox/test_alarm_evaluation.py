"""M out of N with missing data: both tables of the CloudWatch user guide, and what follows from its rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.sandbox.alarms.evaluation import State, Treatment, evaluate

POINTS = {"0": False, "X": True, "-": None}
TREATMENTS: tuple[Treatment, ...] = ("missing", "ignore", "breaching", "notBreaching")
KEEPS = "retain current state"


def states(points: str, needed: int, periods: int, treatment: Treatment) -> set[State]:
    """What the alarm goes to, for each state that it may be in."""
    read = [POINTS[each] for each in points.split()]
    current: list[State] = ["OK", "ALARM", "INSUFFICIENT_DATA"]
    return {evaluate(read, needed, periods, treatment, state) for state in current}


# "Configuring how CloudWatch alarms treat missing data": 3 out of 3, then 2 out of 3. Columns as in TREATMENTS.
GUIDE = [
    ("0 - X - X", 3, ("OK", "OK", "OK", "OK")),
    ("0 - - - -", 3, ("OK", "OK", "OK", "OK")),
    ("- - - - -", 3, ("INSUFFICIENT_DATA", KEEPS, "ALARM", "OK")),
    ("0 X X - X", 3, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("- - X - -", 3, ("ALARM", KEEPS, "ALARM", "OK")),
    ("0 - X - X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 0 X 0 X", 2, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 - X - -", 2, ("OK", "OK", "ALARM", "OK")),
    ("- - - - 0", 2, ("OK", "OK", "ALARM", "OK")),
    ("- - - X -", 2, ("ALARM", KEEPS, "ALARM", "OK")),
]


@pytest.mark.parametrize(("points", "needed", "outcomes"), GUIDE)
def test_the_tables_of_the_guide(points: str, needed: int, outcomes: tuple[str, ...]) -> None:
    for treatment, outcome in zip(TREATMENTS, outcomes, strict=True):
        expected = {"OK", "ALARM", "INSUFFICIENT_DATA"} if outcome == KEEPS else {outcome}
        assert states(points, needed, 3, treatment) == expected, treatment


@pytest.mark.parametrize(
    ("points", "needed", "periods", "expected"),
    [
        ("0 0 0", 2, 3, "OK"),
        ("X 0 0", 2, 3, "OK"),
        ("X 0 X", 2, 3, "ALARM"),
        ("X X X X 0 0 0", 1, 3, "OK"),
        ("0 X 0", 1, 3, "ALARM"),
        ("X X X X X 0", 5, 5, "OK"),
        ("0 0 0 X", 1, 1, "ALARM"),
    ],
)
def test_m_of_n_without_gaps(points: str, needed: int, periods: int, expected: State) -> None:
    for treatment in TREATMENTS:
        assert states(points, needed, periods, treatment) == {expected}


def test_a_breach_too_recent_to_alarm_early_keeps_the_state() -> None:
    assert states("- - - - X", 3, 3, "missing") == {"OK", "ALARM", "INSUFFICIENT_DATA"}
    assert states("- - - - X", 1, 1, "missing") == {"ALARM"}


@given(
    st.lists(st.sampled_from([True, False, None]), min_size=8, max_size=8),
    st.integers(1, 5),
    st.integers(0, 4),
    st.sampled_from(TREATMENTS),
)
def test_enough_data_makes_the_treatment_and_the_past_irrelevant(
    points: list[bool | None], periods: int, spare: int, treatment: Treatment
) -> None:
    needed = max(1, periods - spare)
    present = [point for point in points if point is not None]
    if len(present) < periods:
        return
    expected = "ALARM" if sum(present[-periods:]) >= needed else "OK"
    for current in ("OK", "ALARM", "INSUFFICIENT_DATA"):
        assert evaluate(points, needed, periods, treatment, current) == expected
