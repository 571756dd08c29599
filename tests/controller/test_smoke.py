"""Smoke tests: the new version answers before any user's request goes to it, or the rollout is over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from multitool_tui.aws.invoke import Reply
from multitool_tui.cli.exits import Exit
from multitool_tui.cli.headless import exit_of
from multitool_tui.controller.commands import RollBack, Start
from multitool_tui.controller.smoke import complaint
from multitool_tui.rollout.smoke import How, SmokeTest
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.sandbox.faults import Fault
from tests.sandbox.handlers.support import zipped
from tests.support.waiting import really
from tests.support.world import World, world

HANDLER = """
import json, time

def handler(event, context):
    match event.get("ask"):
        case "fail":
            raise ValueError("no such item")
        case "wait":
            time.sleep(5)
        case "refuse":
            return {"statusCode": 503, "body": "busy"}
    return {"statusCode": 200, "body": json.dumps({"total": event.get("total", 0)})}
"""


def asks(ask: str = "", **keys: object) -> SmokeTest:
    return SmokeTest("adds up", payload=json.dumps({"ask": ask, "total": 3}), **keys)  # type: ignore[arg-type]


@asynccontextmanager
async def under_test(*tests: SmokeTest, faults: tuple[Fault, ...] = ()) -> AsyncIterator[World]:
    """A rollout of a version that was uploaded, with these tests before it, when they have ended."""
    async with world() as stage:
        version = stage.sandbox.publish("checkout", zipped({"app.py": HANDLER}), "app.handler")
        for fault in faults:
            stage.sandbox.faults.add(fault)
        plan = replace(parse_plan("10%/3m"), smoke=tests)
        await stage.supervisor.obey(Start(target="checkout:live", canary=version, plan=plan))
        assert stage.on_alias() == ("41", {})
        await really(lambda: stage.live.rollout.smoke_passed is not None or stage.state is State.HELD)
        yield stage


def invocations(stage: World) -> int:
    return len([call for call in stage.sandbox.calls if call.operation in ("Invoke", "InvokeAsync")])


async def test_a_version_that_answers_gets_its_first_weight() -> None:
    async with under_test(asks(status=200, expect=("body.total == `3`",), times=5), asks(how=How.EVENT)) as stage:
        assert stage.live.rollout.reason
        assert [entry.reason for entry in stage.supervisor.snapshot.entries if entry.action.startswith("tested")] == [
            "2 smoke tests passed: 6 requests."
        ]
        await stage.run_until(lambda: stage.live.rollout.weight == 0.1)
        assert invocations(stage) == 6


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (asks("fail"), "the function failed with ValueError: no such item"),
        (asks("refuse"), "it answered 503"),
        (asks(status=201), "it answered 200, not 201"),
        (asks(expect=("body.total > `3`",)), "body.total > `3` is false"),
        (asks(expect=("body.nothing == `1` || nothing",)), "is null"),
        (asks("wait", timeout=timedelta(seconds=1)), "no answer within 1s"),
        (asks(how=How.URL, alias="beta"), "Alias beta of checkout is on v"),
    ],
)
async def test_a_version_that_does_not_is_taken_out_before_anybody_sees_it(test: SmokeTest, said: str) -> None:
    async with under_test(test) as stage:
        await stage.run_until(lambda: stage.live.rollout.ended)
        rollout = stage.live.rollout
        assert rollout.state is State.ROLLED_BACK
        assert rollout.reason.startswith(f"Smoke test 'adds up' of v{rollout.canary} failed: ")
        assert said in rollout.reason
        assert exit_of(rollout) is Exit.ROLLED_BACK
        weights = [
            call.parameters.get("RoutingConfig") for call in stage.sandbox.calls if call.operation == "UpdateAlias"
        ]
        assert not any(each and each.get("AdditionalVersionWeights") for each in weights)
        assert stage.sandbox.alias("checkout", "live").description == "production"


async def test_a_throttled_request_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitool_tui.controller.smoke._PAUSE", 0.0)
    async with under_test(asks(), faults=(Fault(kind="throttle", operation="Invoke", times=2),)) as stage:
        assert stage.live.rollout.smoke_passed


async def test_without_the_permission_nothing_is_begun() -> None:
    async with under_test(asks(), faults=(Fault(kind="denied", operation="Invoke"),)) as stage:
        assert "lambda:InvokeFunction is not allowed" in stage.live.rollout.reason
        assert not stage.live.rollout.smoke_passed


async def test_expired_credentials_hold_it_and_it_is_tested_when_they_are_back() -> None:
    async with under_test(asks(), faults=(Fault(kind="expired", operation="Invoke", times=1),)) as stage:
        assert stage.state is State.HELD
        await stage.run_until(lambda: stage.state is State.SHIFTING)
        await really(lambda: stage.live.rollout.smoke_passed is True)


async def test_an_operator_does_not_wait_for_a_test_to_roll_back() -> None:
    async with world() as stage:
        version = stage.sandbox.publish("checkout", zipped({"app.py": HANDLER}), "app.handler")
        plan = replace(parse_plan("10%/3m"), smoke=(asks("wait"),))
        await stage.supervisor.obey(Start(target="checkout:live", canary=version, plan=plan))
        await stage.supervisor.obey(RollBack(seen=stage.seen))
        await really(lambda: stage.state is State.ROLLED_BACK)
        assert stage.live.rollout.smoke_passed is None


@pytest.mark.parametrize(
    ("reply", "test", "said"),
    [
        (Reply(200, {"a": 1}), SmokeTest("x", expect=("body.a",)), "body.a is 1, which is neither true nor false"),
        (Reply(200, "text"), SmokeTest("x", expect=("contains(body, 'ex')",)), None),
        (Reply(200, 3), SmokeTest("x", expect=("contains(body, 'ex')",)), "cannot be looked for"),
        (Reply(404), SmokeTest("x", status=404), None),
        (Reply(200, headers={"etag": "7"}), SmokeTest("x", expect=("headers.etag == '7'",)), None),
    ],
)
def test_what_is_wrong_with_an_answer(reply: Reply, test: SmokeTest, said: str | None) -> None:
    found = complaint(test, reply)
    assert (said in found) if said and found else found == said
