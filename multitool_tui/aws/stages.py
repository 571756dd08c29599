"""REST APIs and their stages, read through every page of their lists, and which version of a function a stage calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from multitool_tui.aws import stage_mark
from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.functions import get_alias
from multitool_tui.aws.resources import Alias, Canary, RestApi, Stage
from multitool_tui.aws.routes import NoRoute, Route, called_by, functions_of, route_to
from multitool_tui.aws.stage_mark import Before
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.rollout.plan import Behind
from multitool_tui.words import StageName

_PAGE = 500  # the most that a list of API Gateway gives at once

Client = Any
Resources = list[dict[str, Any]]


async def rest_apis(client: Client) -> AsyncIterator[tuple[RestApi, ...]]:
    """All REST APIs of the account and region, a page at a time."""
    async for page in _pages(client, "get_rest_apis"):
        yield tuple(RestApi(item["id"], item.get("name", "")) for item in page if "id" in item)


async def stages(client: Client, api: RestApi) -> tuple[Stage, ...]:
    """All stages of an API, by name. This list has no pages."""
    with aws_errors():
        answer = await client.get_stages(restApiId=api.id)
        found = answer.get("item") or []
        return tuple(sorted((stage_from(api, item) for item in found), key=lambda stage: stage.name))


async def get_stage(client: Client, api: RestApi, name: str) -> Stage:
    """One stage as it is now.

    Raises:
        NotFound: there is no such API or stage.
    """
    if not api.id:
        raise NotFound(f"There is no REST API {api.name}.")
    with aws_errors():
        return stage_from(api, await client.get_stage(restApiId=api.id, stageName=name))


async def resources(client: Client, api: RestApi) -> Resources:
    """The resources of an API as they are being worked on, with their methods and integrations."""
    return [
        item async for page in _pages(client, "get_resources", restApiId=api.id, embed=["methods"]) for item in page
    ]


def stage_from(api: RestApi, answer: Mapping[str, Any]) -> Stage:
    """Read a Stage; which version it calls is not in it.

    Raises:
        Unanswered: when the answer was cut short.
    """
    answered(dict(answer), "stageName", "deploymentId")
    settings = answer.get("canarySettings")
    canary = None
    if settings:
        weight = float(settings.get("percentTraffic") or 0.0) / 100
        overrides = dict(settings.get("stageVariableOverrides") or {})
        canary = Canary(settings.get("deploymentId") or answer["deploymentId"], round(weight, 10), overrides)
    return Stage(
        api,
        answer["stageName"],
        answer["deploymentId"],
        dict(answer.get("variables") or {}),
        canary,
        answer.get("description") or "",
        cached=bool(answer.get("cacheClusterEnabled")),
    )


@dataclass
class Stages:
    """Finds stages by the names that operators use, and keeps what does not change behind them.

    `gateway` and `functions` are clients for reading.
    """

    gateway: Client
    functions: Client
    _apis: tuple[RestApi, ...] = ()
    _resources: dict[tuple[str, str], Resources] = field(default_factory=dict)
    """By API and deployment: what is deployed is taken to be what is being worked on, until there is a new one."""

    async def find(self, name: StageName, *, fresh: bool = False) -> Stage:
        """A stage, without what it calls. `fresh`: by the list of APIs as it is now.

        Raises:
            NotFound: there is no such API, or it has no such stage.
            Refused: several APIs have this name and stage.
        """
        found = [] if fresh else _named(self._apis, name.api)
        if not found:
            self._apis = tuple([api async for page in rest_apis(self.gateway) for api in page])
            found = _named(self._apis, name.api)
        if not found:
            raise NotFound(f"There is no REST API {name.api}: check the name, the region and the account.")
        staged: list[Stage] = []
        for api in found:
            try:
                staged.append(await get_stage(self.gateway, api, name.stage))
            except NotFound:
                continue
        if not staged:
            raise NotFound(f"{name.api} has no stage {name.stage}: {await self._has(found)}.")
        # A rollout stays what it is called, whatever other API is given its name while it is under way.
        marked = [stage for stage in staged if stage_mark.read(stage.description)[0]]
        if len(staged) > 1 and len(marked) != 1:
            ids = ", ".join(f"{stage.api.id}/{name.stage}" for stage in staged)
            raise Refused(f"{len(staged)} REST APIs are called {name.api}: say which by its id ({ids}).")
        [stage] = marked if len(staged) > 1 else staged
        alone = len(_named(self._apis, stage.api.name)) == 1 or (len(staged) > 1 and name.api == stage.api.name)
        return replace(stage, named=alone)

    async def read(self, name: StageName, wanted: Behind | None = None, *, fresh: bool = False) -> Stage:
        """A stage with the version of a function that it calls; `wanted`: which one, where it calls several.

        Raises:
            NotFound: there is no such API or stage.
            Refused: several APIs have this name.
        """
        stage = await self.find(name, fresh=fresh)
        lease, before, _ = stage_mark.read(stage.description)
        if lease and before:
            behind = await get_alias(self.functions, before.function, before.alias) if before.alias else None
            stage = replace(stage, before=before, behind=behind, functions=(before.function,))
            return of_rollout(stage, lease.baseline, lease.canary, before, behind)
        known = await self.resources(stage, fresh=fresh)
        stage = replace(stage, functions=functions_of(known, stage.variables))
        if wanted is None and len(stage.functions) == 1:
            wanted = Behind(stage.functions[0])
        try:
            route = route_to(wanted.function, known, stage.variables) if wanted else None
        except NoRoute:
            route = None
        return await self._called(stage, route, wanted.alias) if route and wanted else stage

    async def _called(self, stage: Stage, route: Route, alias: str | None) -> Stage:
        """The stage with what it calls, and the alias that is to go with it: the one it calls through, or `alias`."""
        named = route.alias or alias
        behind = await get_alias(self.functions, route.function, named) if named else None
        before = Before(
            route.function, stage.deployment, route.variables, route.written, named, through=route.alias is not None
        )
        weights = {}
        if stage.canary and stage.canary.weight:
            weights = {_version_of_canary(route, stage, stage.canary) or "?": stage.canary.weight}
        version = behind.version if behind and route.alias else route.qualifier or "$LATEST"
        return replace(stage, version=version, weights=weights, before=before, behind=behind)

    async def resources(self, stage: Stage, *, fresh: bool = False) -> Resources:
        """What an API has, as its stage's deployment was taken from it."""
        key = (stage.api.id, stage.deployment)
        if fresh or key not in self._resources:
            self._resources[key] = await resources(self.gateway, stage.api)
        return self._resources[key]

    async def _has(self, apis: list[RestApi]) -> str:
        names = sorted({stage.name for api in apis for stage in await stages(self.gateway, api)})
        return f"it has {', '.join(names)}" if names else "it has none"


def of_rollout(stage: Stage, baseline: str, canary: str, before: Before, behind: Alias | None) -> Stage:
    """The stage of a rollout with the versions that it is between."""
    promoted = behind.version == canary if before.through and behind else stage.deployment == before.canary
    weights = {canary: stage.canary.weight} if stage.canary and stage.canary.weight and not promoted else {}
    return replace(stage, version=canary if promoted else baseline, weights=weights, before=before, behind=behind)


def _named(apis: tuple[RestApi, ...], name: str) -> list[RestApi]:
    """The APIs of this name, or the one of this id."""
    by_id = [api for api in apis if api.id == name]
    exact = [api for api in apis if api.name == name]
    return exact or by_id or [api for api in apis if api.name.strip() == name.strip()]


def _version_of_canary(route: Route, stage: Stage, canary: Canary) -> str | None:
    """What somebody else's canary calls, where its stage variables say it."""
    variables = {**stage.variables, **canary.overrides}
    found = {called[1] for m in route.methods if (called := called_by(m, variables))}
    return found.pop() if len(found) == 1 and route.variables else None


async def _pages(client: Client, operation: str, **parameters: Any) -> AsyncIterator[list[dict[str, Any]]]:
    """Every page of a list. The client's own paginators ask for pages of 25."""
    position: str | None = None
    while True:
        with aws_errors():
            more = {"position": position} if position else {}
            page = await getattr(client, operation)(**parameters, **more, limit=_PAGE)
            # An empty list is left out of the answer.
            items = page.get("items") or []
        yield items
        position = page.get("position")
        if not position:
            return
