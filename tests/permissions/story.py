"""What a feature's story is: the feature used as its user would, on the sandbox, so that every call of it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from click.testing import CliRunner, Result

from multitool_tui.cli import main
from multitool_tui.permissions.row import Feature
from tests.support.world import World


@dataclass(frozen=True)
class Told:
    """How a story went: whether the user got what they wanted, and every sentence that they were told."""

    worked: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """`tell` makes every call that the ledger says of `feature`. A minimal policy for it names only `function`."""

    feature: Feature
    tell: Callable[[World], Awaitable[Told]]
    function: str = "*"
    scenario: str = "healthy"

    @property
    def place(self) -> str:
        """Where it is written: "stories/run.py"."""
        return self.tell.__module__.removeprefix("tests.permissions.").replace(".", "/") + ".py"


async def typed(stage: World, *arguments: str) -> Result:
    """A command, typed with nothing of this machine's in reach: in a thread, for the sandbox answers from this one."""
    with TemporaryDirectory() as folder:
        place = ("--endpoint-url", stage.sandbox.url, "--state-dir", folder, "--log-file", f"{folder}/log")
        return await asyncio.to_thread(CliRunner().invoke, main, [*place, *arguments])
