"""What a service has left in the sandbox's account, to be compared with another; and ends of a process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from multitool_tui.aws.session import AwsSession
from multitool_tui.journal.services import note
from multitool_tui.sandbox.server import Sandbox
from tests.support.provision import Killed

_EACH_TIME = {
    "LastModified",
    "CreationTime",
    "LastModifiedTime",
    "UUID",
    "EventSourceMappingArn",
    "FunctionUrl",
    "State",
}
_READS = ("Get", "List", "Describe")


def everything_of(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """All that there is of a service, with its name and the ids that AWS gives written the same for every service."""
    region = sandbox._home
    apis = [api for api in region.apis.all.values() if api.body["name"] == name]
    found: dict[str, Any] = {
        "roles": sorted(role for role in region.identities.roles if role.startswith(f"{name}-")),
        "alarms": sorted(alarm for alarm in region.alarms._alarms if alarm.startswith(f"{name}-")),
        "dashboards": {
            key: json.loads(board.body)
            for key, board in region.observability.dashboards.items()
            if key.startswith(f"{name}-")
        },
        "mappings": [
            body
            for each in region.event_sources.values()
            if (body := each.seen(region.now)) is not None and f":{name}:" in body["FunctionArn"]
        ],
        "apis": [
            {
                "tags": api.body["tags"],
                "paths": {each["path"]: each.get("resourceMethods") for each in api.resources.values()},
                "stages": {key: len(api.deployments) for key in api.stages},
            }
            for api in apis
        ],
    }
    if function := region.functions.get(name):
        found["function"] = {
            "latest": (function.latest.configuration, function.latest.code_sha256),
            "versions": list(function.versions),
            "aliases": {key: alias.current.version for key, alias in function.aliases.items()},
            "settings": {
                key: (sorted(each.policy.items()), each.url, each.event_invoke)
                for key, each in function.settings.items()
                if each.policy or each.url or each.event_invoke
            },
        }
    written = json.dumps(found, default=str, sort_keys=True)
    for api in apis:
        for given in (api.body["id"], *api.resources):
            written = written.replace(given, "ID")
    return _lasting(json.loads(written.replace(name, "NAME")))  # type: ignore[no-any-return]


def _lasting(value: Any) -> Any:
    """Without what AWS makes anew each time, and how far a mapping is."""
    if isinstance(value, dict):
        return {key: _lasting(each) for key, each in value.items() if key not in _EACH_TIME}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


class Ends:
    """Ends the process at a chosen moment: right after one of the notes in the journal, or of the calls that change
    something. `count` is how many such moments there were."""

    def __init__(self, session: AwsSession, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.at: int | None = None

        def noting(*given: Any) -> None:
            note(*given)
            self._moment()

        patch.setattr("multitool_tui.controller.provision.book.note", noting)
        events = session._session.get_component("event_emitter")
        events.register("after-call", self._called)

    def _called(self, model: Any, **_: Any) -> None:
        if not model.name.startswith(_READS):
            self._moment()

    def _moment(self) -> None:
        self.count += 1
        if self.count == self.at:
            raise Killed
