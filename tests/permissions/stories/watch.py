"""An operator looks at a target."""

from __future__ import annotations

from multitool_tui.controller.observe.describing import Kind, Resource
from multitool_tui.permissions.features import WATCH
from tests.permissions.story import Story, Told
from tests.support.world import World


async def watching(stage: World) -> Told:
    stage.supervisor.look_at("checkout:live")
    await stage.supervisor.refresh()
    await stage.settle()
    snapshot = stage.supervisor.snapshot
    said = [feed.error for feed in snapshot.feeds.values()] + [function.error for function in snapshot.functions]
    said.append(snapshot.apis_error)
    checkout = next((function for function in snapshot.functions if function.name == "checkout"), None)
    serving = Resource(Kind.ALIAS, "checkout:live", "checkout", "live", "checkout", ("41",))
    described = await stage.supervisor.observatory.describe(serving)
    said += [part.get("cannot be read") for part in described.values()]
    there = checkout and checkout.aliases and checkout.versions and snapshot.focus and snapshot.focus.minutes
    return Told(bool(there and snapshot.alarms and snapshot.caller), tuple(each for each in said if each))


STORY = Story(WATCH, watching)
