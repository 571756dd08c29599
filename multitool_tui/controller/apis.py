"""What is known of the account's REST APIs and their stages. That they cannot be listed is no trouble for the rest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from multitool_tui.aws import stage_mark
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.resources import RestApi, Stage
from multitool_tui.aws.session import AwsSession
from multitool_tui.aws.stages import of_rollout, rest_apis, stages
from multitool_tui.controller.snapshot import Api

_AT_ONCE = 4  # API Gateway's control plane allows some 10 calls a second to the whole account


class Apis:
    """The REST APIs by id, each with its stages."""

    def __init__(self, session: AwsSession, changed: Callable[[], None]) -> None:
        self._session = session
        self._changed = changed
        self._apis: dict[str, Api] = {}
        self.error: str | None = None
        """Why they could not be listed."""

    @property
    def apis(self) -> tuple[Api, ...]:
        """By name."""
        return tuple(sorted(self._apis.values(), key=lambda one: (one.api.name, one.api.id)))

    def found(self, target: str) -> Stage | None:
        """A stage as last seen."""
        return next(
            (stage for one in self._apis.values() for stage in one.stages or () if stage.target == target), None
        )

    def put(self, stage: Stage) -> None:
        """A stage was read or written: what is known of it is replaced."""
        known = self._apis.get(stage.api.id)
        if known is not None:
            others = [one for one in known.stages or () if one.name != stage.name]
            there = tuple(sorted([*others, stage], key=lambda one: one.name))
            self._apis[stage.api.id] = replace(known, stages=there)

    async def sweep(self) -> None:
        """Read every page of the list of APIs, then the stages of each."""
        seen: dict[str, RestApi] = {}
        try:
            async for page in rest_apis(await self._session.client("apigateway")):
                for api in page:
                    seen[api.id] = api
                    self._apis.setdefault(api.id, Api(api))
                self._changed()
        except AwsError as error:
            self.error = str(error)
            self._changed()
            return
        self.error = None
        self._apis = {key: replace(known, api=seen[key]) for key, known in self._apis.items() if key in seen}
        names = Counter(api.name for api in seen.values())
        turn = asyncio.Semaphore(_AT_ONCE)

        async def in_turn(api: RestApi) -> None:
            async with turn:
                await self._load(api, named=names[api.name] == 1)

        await asyncio.gather(*(in_turn(api) for api in seen.values()))

    async def _load(self, api: RestApi, *, named: bool) -> None:
        known = {stage.name: stage for stage in self._apis[api.id].stages or ()}
        try:
            found = await stages(await self._session.client("apigateway"), api)
        except AwsError as error:
            self._apis[api.id] = replace(self._apis[api.id], error=str(error))
        else:
            there = tuple(_with_what_is_known(replace(stage, named=named), known.get(stage.name)) for stage in found)
            self._apis[api.id] = Api(api, there)
        self._changed()


def _with_what_is_known(stage: Stage, known: Stage | None) -> Stage:
    """What a stage calls is not in the list: it is what it was, or what the mark of a rollout says."""
    if known and replace(known, version="", weights={}, before=None, behind=None, functions=()) == stage:
        return known
    lease, before, _ = stage_mark.read(stage.description)
    return of_rollout(stage, lease.baseline, lease.canary, before, None) if lease and before else stage
