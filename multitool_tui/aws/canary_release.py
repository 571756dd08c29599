"""The canary release of a stage, beside the stage itself: its permission, its deployment, and the URIs of the methods.

A deployment is a snapshot of the API as it is being worked on. Where no stage variable says which version is called,
the methods' URIs are written anew for the deployment and put back at once, so that nobody's next deployment ships the
canary; after promotion they are written anew for good, so that nobody's next deployment takes it out.

Source: API Gateway developer guide, "Create a canary release deployment".
"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from multitool_tui.aws.errors import AwsError, Refused, Unanswered
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.permission import allow
from multitool_tui.aws.resources import Stage
from multitool_tui.aws.routes import Method, called_by, for_version, methods_of, place_of, put_back, redirected
from multitool_tui.aws.stage_mark import Before
from multitool_tui.aws.stages import resources
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.clock import Clock

SETTLED = 1.0
"""Seconds after which what was written is taken to show everywhere, and what was cut off to have come about."""

_Aim = Callable[[Method, Mapping[str, str], str, str, str], str | None]


class CanaryRelease:
    """Of one rollout, whose baseline and canary are in its lease. Everything may be done again, and is then the same.

    `gateway` and `functions` are clients that do not repeat requests by themselves.
    """

    def __init__(self, gateway: Any, functions: Any, lease: Lease) -> None:
        self._gateway = gateway
        self._functions = functions
        self.is_asked_for = False
        """Whether a deployment was asked for, and not refused: it is on the stage, or may come about yet."""
        self.is_cut_off = False
        """Whether a write had no answer, and may come about later, also over one that was made in its place."""
        self.aim(lease)

    def aim(self, lease: Lease) -> None:
        """Know the canary."""
        self._canary = lease.canary
        versions = f"v{lease.canary} in place of v{lease.baseline}"
        self._words = f"MultiTool: {versions}, since {lease.since:%Y-%m-%d %H:%M:%S} UTC"

    def overrides(self, before: Before, variables: Mapping[str, str]) -> dict[str, str]:
        """The canary's stage variables. They are all there: a promotion copies them over the stage's, and whether it
        keeps others that the stage has is not in AWS's documentation."""
        own = {name: for_version(value, self._canary) for name, value in before.variables.items()}
        return {**variables, **own} if own else {}

    async def make(self, stage: Stage, before: Before, clock: Clock) -> None:
        """Put the canary's deployment on the stage, with none of the requests."""
        methods = await self._methods(stage, before)
        permitted = [method for method in methods if not method.as_role]
        place = next((place for method in permitted if (place := place_of(method, stage.variables))), None)
        if place is not None:
            await allow(self._functions, before.function, self._canary, place, stage)
        try:
            await self._aim(redirected, stage, before)
            await self._deploy(stage, before)
        except AwsError as error:
            if isinstance(error, Unanswered):
                await clock.sleep(SETTLED)  # it may come about yet, and is of the methods as they are then
            with suppress(AwsError):
                await self._aim(put_back, stage, before)
            raise
        await self._aim(put_back, stage, before)

    async def is_ours(self, stage: Stage, deployment: str) -> bool:
        """Whether a deployment is the canary of this rollout."""
        with aws_errors():
            answer = await self._gateway.get_deployment(restApiId=stage.api.id, deploymentId=deployment)
        return bool(answer.get("description") == self._words)

    async def keep(self, stage: Stage, before: Before) -> None:
        """See to it that the next deployment ships what was promoted."""
        await self._aim(redirected, stage, before)

    async def put_back(self, stage: Stage, before: Before) -> None:
        """See to it that the methods are written as they were."""
        await self._aim(put_back, stage, before)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a write to the API or its stage."""
        try:
            with aws_errors():
                yield
        except (Unanswered, CancelledError):
            self.is_cut_off = True
            raise

    # How

    async def _methods(self, stage: Stage, before: Before) -> list[Method]:
        """The methods that call the function, as they are being worked on."""
        found = methods_of(await resources(self._gateway, stage.api))
        return [m for m in found if (called_by(m, stage.variables) or ("",))[0] == before.function]

    async def _aim(self, aim: _Aim, stage: Stage, before: Before) -> None:
        if not before.written:
            return
        for method in await self._methods(stage, before):
            called = aim(method, stage.variables, before.function, before.written, self._canary)
            if called is None:
                continue
            patch = {"op": "replace", "path": "/uri", "value": method.uri_for(called)}
            with self.writing():
                await self._gateway.update_integration(
                    restApiId=stage.api.id,
                    resourceId=method.resource,
                    httpMethod=method.verb,
                    patchOperations=[patch],
                )

    async def _deploy(self, stage: Stage, before: Before) -> None:
        overrides = self.overrides(before, stage.variables)
        settings: dict[str, Any] = {"percentTraffic": 0.0, "useStageCache": False}
        if overrides:
            settings["stageVariableOverrides"] = overrides
        self.is_asked_for = True  # also where whoever waits is cancelled
        try:
            with aws_errors():
                answer = await self._gateway.create_deployment(
                    restApiId=stage.api.id,
                    stageName=stage.name,
                    description=self._words,
                    canarySettings=settings,
                )
                answered(answer, "id")
        except Unanswered:
            raise
        except AwsError as error:
            self.is_asked_for = False
            if isinstance(error, Refused):
                raise Refused(f"{stage.target} cannot be given a canary: {error}") from None
            raise
