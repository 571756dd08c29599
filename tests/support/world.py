"""A whole world in one event loop: sandbox, AWS session, supervisor, and a clock that moves only when told to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import Start
from multitool_tui.controller.companion import Companion
from multitool_tui.controller.logbook import Logbook
from multitool_tui.controller.snapshot import LiveRollout
from multitool_tui.controller.supervisor import Supervisor
from multitool_tui.permissions.policy import Policy
from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from multitool_tui.words import parse_duration
from tests.support.threads import AtOnce
from tests.support.waiting import at_rest, run_until

START = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
REGION = "eu-west-1"


def sandbox_environment() -> dict[str, str]:
    """The AWS_* variables under which nothing of the developer's own session is in reach."""
    return {
        "AWS_ACCESS_KEY_ID": "AKIASANDBOX",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def use_sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put `sandbox_environment` in place of every AWS_* variable."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in sandbox_environment().items():
        monkeypatch.setenv(name, value)


@dataclass
class World:
    clock: ManualClock
    sandbox: Sandbox
    session: AwsSession
    supervisor: Supervisor
    calling: set[asyncio.Task[Any] | None]
    """The tasks that wait for an answer from the sandbox."""

    def quiet(self) -> bool:
        """Whether nobody waits for an answer; who waits for the clock does not count."""
        return all(task is None or task.done() for task in self.calling) and not any(
            poller.busy for poller in self.supervisor.pollers.values()
        )

    async def settle(self) -> None:
        """Let every call that is under way come back; the clock stands still."""
        await at_rest(self.quiet)

    async def run_until(self, so: Callable[[], bool], within: float = 3600) -> None:
        """Let time pass until `so`.

        Raises:
            AssertionError: not within so many seconds of the clock.
        """
        await run_until(self.clock, so, within=within, quiet=self.quiet)

    async def start(
        self, plan: str = "10%/3m 50%/3m", target: str = "checkout:live", canary: str = "42", bake: str = "2m"
    ) -> str:
        """Start by a strategy's name, or by steps."""
        watched = replace(parse_plan(plan), bake_after_promote=parse_duration(bake))
        return await self.supervisor.obey(Start(target=target, canary=canary, plan=watched))

    @property
    def live(self) -> LiveRollout:
        return self.supervisor.snapshot.rollouts[-1]

    @property
    def state(self) -> State:
        return self.live.rollout.state

    @property
    def seen(self) -> Seen:
        rollout = self.live.rollout
        return Seen(rollout.id, rollout.wanted, rollout.canary)

    def on_alias(self, function: str = "checkout", name: str = "live") -> tuple[str, dict[str, float]]:
        """The alias in the sandbox itself: version and weights."""
        alias = self.sandbox.alias(function, name)
        return alias.version, dict(alias.weights)


def _calling(session: AwsSession) -> set[asyncio.Task[Any] | None]:
    """A set that holds the tasks with a call of the session under way."""
    tasks: set[asyncio.Task[Any] | None] = set()

    def begin(**_: Any) -> None:
        tasks.add(asyncio.current_task())

    def end(**_: Any) -> None:
        tasks.discard(asyncio.current_task())

    # A client that is opened later begins with a copy of the session's events.
    for events in (
        session._session.get_component("event_emitter"),
        *(client.meta.events for client in session.clients),
    ):
        events.register("before-call", begin)
        events.register_first("after-call", end)  # what comes later may raise
        events.register("after-call-error", end)
    return tasks


@asynccontextmanager
async def world(
    scenario: str = "healthy", *, seed: int = 1, read_only: bool = False, policy: Policy | None = None
) -> AsyncIterator[World]:
    """Open a world; credentials must have been set (`use_sandbox_credentials`)."""
    clock = ManualClock(START)
    async with Sandbox(
        scenario=load_scenario(scenario), clock=clock, seed=seed, region=REGION, policy=policy
    ) as sandbox:
        with TemporaryDirectory() as folder:
            async with screen(sandbox, clock, Path(folder), scenario=scenario, read_only=read_only) as stage:
                yield stage


@asynccontextmanager
async def screen(
    sandbox: Sandbox,
    clock: ManualClock,
    folder: Path,
    *,
    actor: str = "dev@laptop",
    scenario: str = "healthy",
    read_only: bool = False,
    for_a_screen: bool = False,
    companions: Sequence[Companion] = (),
) -> AsyncIterator[World]:
    """A session and a supervisor, as one process has them, on a sandbox that others may use as well.

    `folder`: the state directory.
    """
    session = AwsSession(Options(endpoint_url=sandbox.url), clock)
    await session.__aenter__()
    logbook = Logbook(folder, "test", AtOnce())
    supervisor = Supervisor(
        session, clock, actor=actor, logbook=logbook, sandbox=scenario, read_only=read_only, companions=companions
    )
    supervisor.open(for_a_screen=for_a_screen)
    stage = World(clock, sandbox, session, supervisor, _calling(session))
    try:
        await stage.settle()
        yield stage
    finally:
        await supervisor.close()
