"""Only what went off after the start speaks against the canary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.judgement.alarms import AlarmMemory
from multitool_tui.judgement.model import AlarmState

OK, ALARM, UNKNOWN = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA


def _fired(*states: AlarmState) -> bool:
    """Whether an alarm that goes through `states` counts as gone off."""
    memory = AlarmMemory()
    for state in states:
        memory.see({"checkout-5xx": state})
    return memory.fired == ("checkout-5xx",)


@pytest.mark.parametrize(
    ("states", "fired"),
    [
        pytest.param((OK, OK), False, id="stays OK"),
        pytest.param((OK, ALARM), True, id="goes off"),
        pytest.param((OK, ALARM, OK), True, id="went off, and is over"),
        pytest.param((OK, UNKNOWN, ALARM), True, id="goes off after a gap in the data"),
        pytest.param((ALARM, ALARM), False, id="was on at the start"),
        pytest.param((ALARM, UNKNOWN, ALARM), False, id="was on at the start, and never OK since"),
        pytest.param((ALARM, OK, ALARM), True, id="was on at the start, recovered, and goes off"),
        pytest.param((UNKNOWN, UNKNOWN), False, id="never has data"),
        pytest.param((UNKNOWN, ALARM), True, id="has data for the first time, and it is bad"),
    ],
)
def test_an_alarm_counts_when_it_goes_off_after_the_start(states: tuple[AlarmState, ...], fired: bool) -> None:
    assert _fired(*states) is fired


def test_alarms_are_named_once_and_in_the_order_in_which_they_went_off() -> None:
    memory = AlarmMemory()
    memory.see({"a": OK, "b": OK})
    memory.see({"a": OK, "b": ALARM})
    memory.see({"a": ALARM, "b": OK})
    memory.see({"a": ALARM, "b": ALARM})
    assert memory.fired == ("b", "a")


def test_what_was_on_at_the_start_is_told() -> None:
    memory = AlarmMemory()
    memory.see({"a": ALARM, "b": OK, "c": UNKNOWN})
    memory.see({"a": OK, "b": ALARM, "c": ALARM})
    assert memory.firing_at_start == {"a"}


def test_an_alarm_that_appears_in_alarm_is_not_held_against_the_canary() -> None:
    memory = AlarmMemory()
    memory.see({"a": OK})
    memory.see({"a": OK, "new": ALARM})
    assert not memory.fired
    memory.see({"a": OK, "new": OK})
    memory.see({"a": OK, "new": ALARM})
    assert memory.fired == ("new",)


def test_an_alarm_that_is_not_read_once_is_remembered() -> None:
    memory = AlarmMemory()
    memory.see({"a": OK})
    memory.see({})
    memory.see({"a": ALARM})
    assert memory.fired == ("a",)


@given(st.lists(st.sampled_from(AlarmState), min_size=1))
def test_an_alarm_that_is_on_at_the_start_counts_only_after_an_ok(states: list[AlarmState]) -> None:
    after_ok = states[states.index(OK) :] if OK in states else []
    assert _fired(ALARM, *states) is (ALARM in after_ok)
