"""A service is set up from a zip file, behind an API and at a URL; another one reads a queue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from multitool_tui.aws.errors import AwsError
from multitool_tui.controller.provision.walk import Status
from multitool_tui.permissions.features import SETUP
from tests.permissions.story import Story, Told
from tests.support.provision import QUEUE, ROLE, a_package, a_service, make
from tests.support.world import World


async def setting_up(stage: World) -> Told:
    with TemporaryDirectory() as name:
        folder = Path(name)
        code = a_package(folder)
        reader = replace(a_service(code, role=ROLE, sources=(QUEUE,)), name="orders-reader")
        try:
            told = [
                each
                for service in (a_service(code, api="orders", url=True), reader)
                for each in await make(stage.session, stage.clock, folder, service, code)
            ]
        except AwsError as error:
            return Told(worked=False, sentences=(str(error),))
    made = {each.part.kind for each in told if each.status is Status.MADE}
    remarks = tuple(each.remark for each in told if each.remark)
    return Told({"function", "stage", "function URL", "event source", "dashboard"} <= made, remarks)


STORY = Story(SETUP, setting_up, function="orders*")
