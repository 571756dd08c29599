"""Each feature works under the product's policy and under its own minimal one, and says which action it lacks.

And for each action that can be called, a feature really calls it: every operation that the ledger has is seen in the
sandbox's record of calls, and no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.permissions.features import RUN, WATCH
from multitool_tui.permissions.ledger import FREE, LEDGER, TRIED, USED, needed
from multitool_tui.permissions.policies import minimal_policy
from multitool_tui.permissions.policy import Policy
from multitool_tui.permissions.reading import read_policy
from multitool_tui.permissions.row import Operation, Row, Scope
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.data import DOCUMENT
from tests.permissions.stories import STORIES
from tests.permissions.stories.run import releasing
from tests.permissions.story import Story, Told
from tests.support.world import REGION, START, screen, use_sandbox_credentials, world

WHOLE = read_policy(DOCUMENT.read_text())
REFUSED = ("is not allowed to the caller", "is denied to the caller")


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)


def minimal(rows: Iterable[Row], function: str) -> Policy:
    scope = Scope(region=REGION, account="123456789012", function=function)
    return read_policy(json.dumps(minimal_policy(rows, scope)))


async def tell(story: Story, policy: Policy) -> tuple[Told, frozenset[Operation]]:
    """How it went under a policy, and what was called."""
    async with world(story.scenario, policy=policy) as stage:
        told = await story.tell(stage)
        return told, frozenset(Operation(call.service, call.operation) for call in stage.sandbox.calls)


_told: dict[str, tuple[Told, frozenset[Operation]]] = {}


async def told_under_the_whole_policy(story: Story) -> tuple[Told, frozenset[Operation]]:
    """Each story is told once for all the tests that ask what happens in it."""
    if story.feature.name not in _told:
        _told[story.feature.name] = await tell(story, WHOLE)
    return _told[story.feature.name]


def feature(story: Story) -> str:
    return story.feature.name


def action(row: Row) -> str:
    return row.action


def test_every_feature_has_a_story() -> None:
    assert sorted(map(feature, STORIES)) == sorted({each.name for row in LEDGER for each in row.now})


@pytest.mark.parametrize("story", STORIES, ids=feature)
async def test_it_works_under_the_document_s_policy_and_calls_nothing_else(story: Story) -> None:
    told, called = await told_under_the_whole_policy(story)
    assert told.worked, told.sentences
    assert not [sentence for sentence in told.sentences if any(words in sentence for words in REFUSED)]
    # Whoever opens the screen watches as well.
    listed = {operation for row in needed([WATCH, story.feature]) for operation in row.operations}
    tried = {operation for row in TRIED for operation in row.operations}
    assert called <= listed | tried | {FREE}


@pytest.mark.parametrize("story", STORIES, ids=feature)
async def test_it_works_under_its_own_minimal_policy(story: Story) -> None:
    told, _ = await tell(story, minimal(needed([story.feature]), story.function))
    assert told.worked, told.sentences


async def test_a_rollback_needs_no_more() -> None:
    async with world("errors", policy=minimal(needed([RUN]), "checkout")) as stage:
        await releasing(stage)
        assert stage.state == "rolled back"
        assert stage.on_alias() == ("41", {})


async def test_going_on_here_and_taking_over_elsewhere_need_no_more(tmp_path: Path) -> None:
    """What a process has left is taken up by the next one on its machine, and then by another machine."""
    clock = ManualClock(START)
    policy = minimal(needed([RUN]), "checkout")
    async with Sandbox(scenario=load_scenario("healthy"), clock=clock, region=REGION, policy=policy) as sandbox:
        async with screen(sandbox, clock, tmp_path / "here") as first:
            await first.start()
        async with screen(sandbox, clock, tmp_path / "here") as second:
            await second.run_until(lambda: second.supervisor.recovered.is_set())
            await second.run_until(lambda: second.live.rollout.weight == 0.1)
        async with screen(sandbox, clock, tmp_path / "there") as third:
            await third.supervisor.take_up("checkout:live", at_once=True)
            await third.run_until(lambda: third.live.rollout.ended)
            assert (third.state, third.on_alias()) == ("promoted", ("42", {}))


@pytest.mark.parametrize("row", USED, ids=action)
async def test_a_feature_calls_what_stands_behind_an_action(row: Row) -> None:
    """Every operation by some feature, and something of it by every feature that is said to need the action."""
    called = {story: (await told_under_the_whole_policy(story))[1] for story in STORIES if story.feature in row.now}
    assert called
    assert set(row.operations) <= frozenset[Operation]().union(*called.values())
    assert not row.operations or all(set(row.operations) & each for each in called.values())


LACKING = [(story, row) for story in STORIES for row in needed([story.feature])]
"""Each story, and each action that it needs: what a rollout needs is tried in every run, the rest in the longer one."""


@pytest.mark.parametrize(
    ("story", "lacking"),
    [
        pytest.param(
            story,
            row,
            id=f"{story.feature.name}-{row.action}",
            marks=() if story.feature is RUN else (pytest.mark.long,),
        )
        for story, row in LACKING
    ],
)
async def test_without_one_of_its_actions_it_names_that(story: Story, lacking: Row) -> None:
    rows = [row for row in needed([story.feature]) if row.action != lacking.action]
    told, _ = await tell(story, minimal(rows, story.function))
    named = re.compile(rf"{re.escape(lacking.action)}(?!\w)")
    assert any(named.search(said) and "ot allowed to the caller" in said for said in told.sentences), told.sentences
