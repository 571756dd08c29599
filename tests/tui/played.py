"""A desk that is only played: what is there is canned, and making goes as far as the test lets it."""

from __future__ import annotations

import asyncio

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.provision.part import Facts
from multitool_tui.aws.resources import Caller
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.walk import Progress, Status, Tell
from multitool_tui.rollout.package import Package

CALLER = Caller("123456789012", "arn:aws:iam::123456789012:user/dev", "eu-west-1", "prod")
FACTS = {"stage_url": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders"}


class PlayedDesk:
    """`there`: how many parts of the beginning are there already; `fails`: at which part making ends; `holds`: where it
    stays until it is let go."""

    def __init__(self, there: int = 0, fails: int | None = None, holds: int | None = None) -> None:
        self.there, self.fails, self.holds = there, fails, holds
        self.made = 0

    async def caller(self) -> Caller:
        return CALLER

    async def survey(self, service: Service, package: Package) -> list[Progress]:
        del package
        return [
            Progress(part, Status.THERE if at < self.there else Status.TO_MAKE)
            for at, part in enumerate(service.parts(CALLER.region))
        ]

    async def make(self, service: Service, package: Package, tell: Tell) -> Facts:
        del package
        for at, part in enumerate(service.parts(CALLER.region)):
            tell(Progress(part, Status.MAKING, share=0.4 if part.kind == "function" else None))
            if at == self.fails:
                self.fails = None
                raise AwsError("iam:PassRole is not allowed to the caller.")
            if at == self.holds:
                await asyncio.Event().wait()
            tell(Progress(part, Status.MADE))
            self.made += 1
        return FACTS
