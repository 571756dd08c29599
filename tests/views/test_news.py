"""What is told of a rollout as it goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multitool_tui.controller.notifications.notice import Moment
from multitool_tui.rollout.receipts import Severity
from multitool_tui.rollout.states import State
from multitool_tui.views.news import News, news
from tests.tui.scenes import NOW, at_gate, live, mid_canary, rollout, snapshot


@pytest.mark.parametrize(
    ("state", "moment", "severity"),
    [
        (State.PROMOTED, Moment.PROMOTE, Severity.GOOD),
        (State.ROLLED_BACK, Moment.ROLLBACK, Severity.BAD),
        (State.HELD, Moment.HOLD, Severity.WARNING),
        (State.ABANDONED, Moment.HOLD, Severity.WARNING),
    ],
)
def test_the_end_of_a_rollout_is_told_once(state: State, moment: Moment, severity: Severity) -> None:
    after = snapshot(live(rollout(state, reason="Be\x1bcause", ended_at=NOW)))
    told = News(moment, f"checkout:live {state}", "Be▯cause (123456789012 · eu-west-1)", severity)
    assert news(mid_canary(), after) == (told,)
    assert news(after, replace(after, at=NOW)) == ()
    assert news(after, snapshot(*(replace(one) for one in after.rollouts))) == ()


def test_a_gate_and_a_start_are_told_and_what_was_over_before_is_not() -> None:
    assert [each.moment for each in news(mid_canary(), at_gate())] == [Moment.GATE]
    assert [each.moment for each in news(snapshot(), mid_canary())] == [Moment.START]
    over = snapshot(live(rollout(State.ROLLED_BACK, ended_at=NOW)))
    assert news(None, over) == ()
    assert news(snapshot(), over) == ()
