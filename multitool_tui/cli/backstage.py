"""The sandbox behind a demo: in this process, on a thread and an event loop of its own, sharing the screen's clock."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.options import SANDBOX_REGION
from multitool_tui.cli.uploads import Upload
from multitool_tui.clock import Clock
from multitool_tui.controller.port import ConnectFailed
from multitool_tui.permissions.policy import Policy
from multitool_tui.sandbox.scenario import Scenario, load_scenario
from multitool_tui.sandbox.server import Sandbox


@dataclass(frozen=True, slots=True)
class Backstage:
    """Where the sandbox answers, what it plays, and the version that is to be released."""

    url: str
    region: str
    scenario: Scenario
    canary: str


async def open_backstage(
    scenario: str, clock: Clock, seed: int, policy: Policy | None, upload: Upload | None
) -> Backstage:
    """Start a sandbox that lives as long as the process, and turn this process's AWS session to it. What is uploaded
    is the canary, in place of the scenario's.

    Raises:
        ConnectFailed: there is no such scenario, or its file is at fault, or the policy cannot be enforced.
    """
    answering: Future[Backstage] = Future()
    threading.Thread(
        target=lambda: asyncio.run(_play(scenario, clock, seed, policy, upload, answering)),
        name="sandbox",
        daemon=True,
    ).start()
    try:
        stage = await asyncio.wrap_future(answering)
    except ValueError as error:
        raise ConnectFailed(str(error), Exit.USAGE) from None
    _use_no_real_credentials()
    return stage


async def _play(
    scenario: str,
    clock: Clock,
    seed: int,
    policy: Policy | None,
    upload: Upload | None,
    answering: Future[Backstage],
) -> None:
    try:
        loaded = load_scenario(scenario)
        async with Sandbox(scenario=loaded, clock=clock, seed=seed, region=SANDBOX_REGION, policy=policy) as sandbox:
            canary = loaded.target.canary
            if upload is not None:
                canary = sandbox.publish(loaded.target.function, upload.package, upload.handler)
            answering.set_result(Backstage(sandbox.url, SANDBOX_REGION, loaded, canary))
            await asyncio.Event().wait()
    except Exception as error:  # noqa: BLE001 - whoever waits on the other thread must hear of it
        if not answering.done():
            answering.set_exception(error)


def _use_no_real_credentials() -> None:
    """The sandbox takes any key: the caller's own must not even be looked for."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["AWS_ACCESS_KEY_ID"] = "SANDBOX"
    os.environ["AWS_SECRET_ACCESS_KEY"] = "sandbox"  # noqa: S105 - the sandbox takes anything
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
