"""A past release is read from CloudWatch."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.aws.errors import AwsError
from multitool_tui.controller.past import Wanted, past_minutes
from multitool_tui.permissions.features import REPLAY
from multitool_tui.rollout.plan import Analysis
from tests.permissions.story import Story, Told
from tests.support.world import START, World


async def replaying(stage: World) -> Told:
    wanted = Wanted("payments:live", START - timedelta(hours=1), START)
    try:
        minutes = await past_minutes(stage.session, stage.clock, wanted, Analysis())
    except AwsError as error:
        return Told(worked=False, sentences=(str(error),))
    return Told(any(minute.canary for minute in minutes), ())


STORY = Story(REPLAY, replaying, function="payments")
