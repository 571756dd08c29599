"""Each feature works under the whole policy and under its own minimal one, and says which action it lacks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from multitool_tui.aws.errors import AwsError
from multitool_tui.controller.commands import Start
from multitool_tui.controller.past import Wanted, past_minutes
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.features import REPLAY, RUN, WATCH
from multitool_tui.permissions.ledger import FREE, USED, needed
from multitool_tui.permissions.policies import minimal_policy
from multitool_tui.permissions.policy import Policy
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Feature, Row, Scope
from multitool_tui.rollout.plan import Analysis, Plan, parse_steps
from tests.data import DOCUMENT
from tests.support.world import REGION, START, World, use_sandbox_credentials, world

PLAN = Plan(
    "steps", parse_steps("10%/3m 50%/3m"), alarms=("checkout-error-rate",), bake_after_promote=timedelta(minutes=2)
)
Story = Callable[[World], Awaitable[list[str]]]


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)


async def watching(stage: World) -> list[str]:
    """An operator looks at a target. Returns every sentence that is on the screen."""
    stage.supervisor.look_at("checkout:live")
    await stage.supervisor.refresh()
    await stage.settle()
    snapshot = stage.supervisor.snapshot
    said = [feed.error for feed in snapshot.feeds.values()] + [function.error for function in snapshot.functions]
    return [sentence for sentence in said if sentence]


def seen(stage: World) -> bool:
    """Whether all that an operator wants to see is there."""
    snapshot = stage.supervisor.snapshot
    checkout = next((function for function in snapshot.functions if function.name == "checkout"), None)
    there = checkout and checkout.aliases and checkout.versions and snapshot.focus and snapshot.focus.minutes
    return bool(there and snapshot.alarms and snapshot.caller)


async def releasing(stage: World) -> list[str]:
    """An operator mistypes the alias, then the version, then releases. Returns what was refused and what happened."""
    said = []
    for target, canary in (("checkout:liv", "42"), ("checkout:live", "99"), ("checkout:live", "42")):
        try:
            await stage.supervisor.obey(Start(target=target, canary=canary, plan=PLAN))
        except CommandRefused as refused:
            said.append(str(refused))
    if stage.supervisor.snapshot.rollouts:
        await stage.run_until(lambda: stage.live.rollout.ended or stage.state == "held")
    return said + [entry.reason for entry in stage.supervisor.snapshot.entries]


async def replaying(stage: World) -> list[str]:
    """A past release is read. Returns why it could not be."""
    try:
        minutes = await past_minutes(
            stage.session, stage.clock, Wanted("payments:live", START - timedelta(hours=1), START), Analysis()
        )
    except AwsError as error:
        return [str(error)]
    assert any(minute.canary for minute in minutes)
    return []


STORIES: dict[Feature, tuple[Story, str]] = {
    WATCH: (watching, "*"),
    RUN: (releasing, "checkout"),
    REPLAY: (replaying, "payments"),
}


def minimal(rows: Sequence[Row], function: str) -> Policy:
    scope = Scope(region=REGION, account="123456789012", function=function)
    return read_policy(json.dumps(minimal_policy(rows, scope)))


WHOLE = read_policy(DOCUMENT.read_text())


@pytest.mark.parametrize("policy", [WHOLE, minimal(needed([WATCH]), "*")], ids=["whole", "minimal"])
async def test_watching_sees_all_there_is(policy: Policy) -> None:
    async with world(policy=policy) as stage:
        assert await watching(stage) == []
        assert seen(stage)


@pytest.mark.parametrize("policy", [WHOLE, minimal(needed([RUN]), "checkout")], ids=["whole", "minimal"])
@pytest.mark.parametrize(
    ("scenario", "end", "on_alias"),
    [("healthy", "promoted", ("42", {})), ("errors", "rolled back", ("41", {}))],
)
async def test_a_release_goes_its_way(
    policy: Policy, scenario: str, end: str, on_alias: tuple[str, dict[str, float]]
) -> None:
    async with world(scenario, policy=policy) as stage:
        said = await releasing(stage)
        assert stage.state == end
        assert stage.on_alias() == on_alias
        assert said[0].startswith("checkout has no alias liv: it has ")
        assert said[1].startswith("checkout has no published version 99: it has ")
        assert not [sentence for sentence in said if "allowed" in sentence]


@pytest.mark.parametrize("policy", [WHOLE, minimal(needed([REPLAY]), "payments")], ids=["whole", "minimal"])
async def test_a_past_release_is_read(policy: Policy) -> None:
    async with world(policy=policy) as stage:
        assert await replaying(stage) == []


@pytest.mark.parametrize(
    ("feature", "lacking"),
    [pytest.param(feature, row, id=f"{feature.name}-{row.action}") for feature in STORIES for row in needed([feature])],
)
async def test_without_one_of_its_actions_a_feature_names_it(feature: Feature, lacking: Row) -> None:
    story, function = STORIES[feature]
    rows = [row for row in needed([feature]) if row is not lacking]
    async with world(policy=minimal(rows, function)) as stage:
        assert f"{lacking.action} is not allowed to the caller." in " ".join(await story(stage))


async def test_the_features_call_all_that_the_ledger_says_and_nothing_else() -> None:
    called = set()
    for story, _ in STORIES.values():
        async with world(policy=WHOLE) as stage:
            await story(stage)
            called |= {(call.service, call.operation) for call in stage.sandbox.calls}
    in_ledger = {(operation.service, operation.name) for row in USED for operation in row.operations}
    assert called == in_ledger | {(FREE.service, FREE.name)}


def test_every_feature_of_today_has_a_story() -> None:
    assert set(STORIES) == {feature for row in USED for feature in row.now}
