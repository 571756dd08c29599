"""What one looks at of a rollout that another process drives."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.aws.lease import Lease
from multitool_tui.aws.resources import Alias
from multitool_tui.controller.observer import Observer
from multitool_tui.rollout.plan import Plan
from tests.support.world import START


def test_of_a_mark_that_was_left_behind_long_ago_no_more_is_read_than_a_rollout_takes() -> None:
    plan, old, new = Plan("", deadline=timedelta(hours=2)), START - timedelta(days=90), START - timedelta(minutes=20)
    for since, begin in ((old, START - plan.deadline), (new, new)):
        lease = Lease("41", "42", since, since + timedelta(minutes=5), "01234567")
        observer = Observer(Alias("checkout", "live", "41", "r", {"42": 0.1}), lease, plan, None, START)
        assert observer.request(START).start == begin - plan.analysis.history
