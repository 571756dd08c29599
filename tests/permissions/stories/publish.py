"""An operator releases a zip file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from multitool_tui.controller.commands import Start
from multitool_tui.controller.port import CommandRefused
from multitool_tui.permissions.features import PUBLISH
from tests.permissions.stories.run import PLAN, mistyping, surveyed
from tests.permissions.story import Story, Told
from tests.sandbox.handlers.support import zipped
from tests.support.world import World


async def publishing(stage: World) -> Told:
    said = await mistyping(stage)
    with TemporaryDirectory() as folder:
        package = Path(folder) / "build.zip"
        package.write_bytes(zipped({"app.py": "def handler(event, context): return {}"}))
        start = Start(target="checkout:live", zip=package, plan=PLAN)
        said += await surveyed(stage, start)
        try:
            await stage.supervisor.obey(start)
        except CommandRefused as refused:
            said.append(str(refused))
        else:
            await stage.run_until(lambda: stage.live.rollout.ended or stage.state == "held")
    worked = bool(stage.supervisor.snapshot.rollouts) and stage.on_alias() == ("43", {})
    return Told(worked, (*said, *(entry.reason for entry in stage.supervisor.snapshot.entries)))


STORY = Story(PUBLISH, publishing, function="checkout")
