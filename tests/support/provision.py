"""Setting up and tearing down in a test: a service of a small zip file, and time that passes while one waits."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import ManualClock
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.session import Workshop
from multitool_tui.controller.provision.walk import Progress, Status
from multitool_tui.rollout.package import Package
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.support import package

T = TypeVar("T")

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
ROLE = "arn:aws:iam::123456789012:role/checkout-prod"


def a_package(folder: Path, text: str = "def handler(event, context): return {'statusCode': 200}") -> Package:
    """A zip file in a folder."""
    content = package(text)
    file = folder / "build.zip"
    file.write_bytes(content)
    return Package("orders", str(file), len(content), base64.b64encode(hashlib.sha256(content).digest()).decode())


def a_service(code: Package, **wanted: Any) -> Service:
    """The function `orders`, with whatever is wanted around it."""
    return Service("orders", "app.handler", "python3.13", code.sha256, **({"path": "/orders"} | wanted))


async def in_time(clock: ManualClock, work: Coroutine[Any, Any, T]) -> T:
    """Do something that waits: when nothing else is to be done, the clock moves on by a second."""
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait({task}, timeout=0.02)
        if not task.done():
            clock.advance(1.0)
    return task.result()


async def make(
    session: AwsSession, clock: ManualClock, folder: Path, service: Service, code: Package
) -> list[Progress]:
    """Set a service up, as `multitool setup` does; what was told."""
    told: list[Progress] = []
    async with Workshop(session, clock, folder, "dev@laptop").open(service.name, code) as work:
        await in_time(clock, work.set_up(service.parts(session.region), told.append))
    return told


async def remove(session: AwsSession, clock: ManualClock, folder: Path, name: str = "orders") -> list[Progress]:
    """Tear a service down, as `multitool teardown` does; what was told."""
    told: list[Progress] = []
    async with Workshop(session, clock, folder, "dev@laptop").open(name) as work:
        await in_time(clock, work.tear_down(told.append))
    return told


class Killed(BaseException):
    """The process ends there: nothing catches it."""


async def make_as_far_as(
    kind: str, session: AwsSession, clock: ManualClock, folder: Path, service: Service, code: Package
) -> None:
    """Set a service up until a part of this kind has been made: there the process ends."""

    def tell(progress: Progress) -> None:
        if (progress.part.kind, progress.status) == (kind, Status.MADE):
            raise Killed

    with suppress(Killed):
        async with Workshop(session, clock, folder, "dev@laptop").open(service.name, code) as work:
            await in_time(clock, work.set_up(service.parts(session.region), tell))


@contextmanager
def beforehand(sandbox: Sandbox) -> Iterator[None]:
    """What happens here is allowed whatever the policy, and is not in the record of calls."""
    policy, sandbox._gateway._policy = sandbox._gateway._policy, None
    yield
    sandbox._gateway._policy = policy
    sandbox.calls._calls.clear()
