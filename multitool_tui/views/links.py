"""What leaves the screen: the console's address of an alias, and the text that `c` copies."""

from __future__ import annotations

from urllib.parse import quote

from multitool_tui.views.scene import Scene, find_stage
from multitool_tui.views.text import clean
from multitool_tui.words import AliasName, StageName, parse_target, percent

# The consoles of the partitions, by the beginning of the region's name.
# Source: AWS General Reference and the partitions' own guides (China, GovCloud).
_CONSOLES = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}


def console_url(scene: Scene) -> tuple[str | None, str]:
    """The address of the target in the AWS console, and a sentence about it; None where there is no such address."""
    snapshot = scene.snapshot
    if snapshot is None or snapshot.caller is None or scene.target is None:
        return None, "There is no target to link to yet."
    if snapshot.sandbox is not None:
        return None, "The sandbox has no console: nothing here is in AWS."
    if snapshot.caller.endpoint:
        return None, "This session talks to an endpoint of its own, which has no console."
    region = snapshot.caller.region
    host = next((host for start, host in _CONSOLES.items() if region.startswith(start)), "console.aws.amazon.com")
    match parse_target(scene.target):
        case AliasName(function, alias):
            page = f"lambda/home?region={region}#/functions/{quote(function)}/aliases/{quote(alias)}"
        case StageName():
            stage = find_stage(snapshot, scene.target)
            if stage is None:
                return None, f"{clean(scene.target)} is not loaded yet."
            page = f"apigateway/main/apis/{stage.api.id}/stages?api={stage.api.id}&region={region}"
    url = f"https://{region}.{host}/{page}"
    return url, f"Copied: {url}"


def copied_text(scene: Scene) -> str | None:
    """The target, and what is to be told of its rollout when somebody asks."""
    if scene.target is None:
        return None
    target = clean(scene.target)
    if scene.live is None:
        found = scene.found
        return f"{target} v{clean(found.version)}" if found and found.version else target
    rollout = scene.live.rollout
    head = (
        f"{target}: v{clean(rollout.baseline)} to {rollout.canary_name}, {rollout.state} at {percent(rollout.weight)}"
        f" (rollout {rollout.id})"
    )
    return "\n".join(clean(part) for part in (head, rollout.reason) if part)
