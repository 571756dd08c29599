"""A new version is invoked, handed events, and asked by its URL before it gets its first weight."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from multitool_tui.controller.commands import Start
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.features import SMOKE
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.rollout.smoke import How, SmokeTest
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.services.lambda_.aliases import create_alias
from multitool_tui.sandbox.services.lambda_.urls import create_function_url_config
from tests.permissions.stories.run import releasing
from tests.permissions.story import Story, Told
from tests.support.waiting import really
from tests.support.world import World

TESTS = (
    SmokeTest("answers", expect=("body == `null`",), times=2),
    SmokeTest("takes an event", How.EVENT),
    SmokeTest("takes an event the older way", How.ASYNC),
    SmokeTest("serves its page", How.URL, payload="", method="GET", alias="next", status=200),
)
PLAN = Plan("steps", parse_steps("10%/3m"), smoke=TESTS, bake_after_promote=timedelta())


async def trying(stage: World) -> Told:
    region = stage.sandbox._region(None)
    create_alias(region, {"FunctionName": "checkout", "Name": "next", "FunctionVersion": "40"})
    create_function_url_config(region, {"FunctionName": "checkout", "Qualifier": "next", "AuthType": "AWS_IAM"})
    told = await releasing(stage)  # what smoke tests are a part of: v42
    said = list(told.sentences)
    for test in TESTS:  # one after the other: the first that fails ends the others
        plan = replace(PLAN, smoke=(test,))
        try:
            rollout = await stage.supervisor.obey(Start(target="checkout:live", canary="40", plan=plan))
        except CommandRefused as refused:
            return Told(worked=False, sentences=(*said, str(refused)))
        driver = stage.supervisor.driver(rollout)
        await really(lambda: driver.rollout.smoke_passed is not None or driver.rollout.state is State.HELD)  # noqa: B023
        said.append(driver.rollout.reason)
        driver.interrupt("dev", "That was all.")
        await stage.run_until(lambda: driver.rollout.ended)  # noqa: B023
        if not driver.rollout.smoke_passed:
            break
    logged = (entry.reason for entry in stage.supervisor.snapshot.entries if entry.action != "provisioned")
    return Told(worked=bool(driver.rollout.smoke_passed), sentences=(*said, *logged))


STORY = Story(SMOKE, trying, function="checkout")
