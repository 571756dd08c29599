"""What was set up is removed: by the machine that began, and by another one that went on where the first had ended."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from multitool_tui.aws.errors import AwsError
from multitool_tui.controller.provision.walk import Status
from multitool_tui.permissions.features import TEARDOWN
from multitool_tui.sandbox.identities.state import EVERYTHING
from tests.permissions.story import Story, Told
from tests.support.provision import QUEUE, a_package, a_service, beforehand, make, make_as_far_as, remove
from tests.support.world import World


async def tearing_down(stage: World) -> Told:
    with TemporaryDirectory() as name:
        first, second = Path(name, "first"), Path(name, "second")
        code = a_package(Path(name))
        service = a_service(code, api="orders", url=True, sources=(QUEUE,))
        with beforehand(stage.sandbox):
            await make_as_far_as("REST API", stage.session, stage.clock, first, service, code)
            stage.sandbox._home.identities.roles["orders-role"].attached.add(EVERYTHING)
            await make(stage.session, stage.clock, second, service, code)
        try:
            told = [each for folder in (second, first) for each in await remove(stage.session, stage.clock, folder)]
        except AwsError as error:
            return Told(worked=False, sentences=(str(error),))
    left = {each.part.kind for each in told if each.status is Status.LEFT}
    return Told("orders" not in stage.sandbox._home.functions and left == {"alarm", "dashboard", "role"}, ())


STORY = Story(TEARDOWN, tearing_down, function="orders")
