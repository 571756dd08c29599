"""A desk that is only played: what is there is canned, and making goes as far as the test lets it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.provision.part import Facts
from multitool_tui.aws.resources import Caller
from multitool_tui.controller.port import Misused
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.walk import Progress, Status, Tell
from multitool_tui.rollout.package import Package
from multitool_tui.tui.setup import SetupApp
from multitool_tui.views.setup import Draft

CALLER = Caller("123456789012", "arn:aws:iam::123456789012:user/dev", "eu-west-1", "prod")
FACTS = {"stage_url": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod/orders"}
FILLED = Draft("orders", "build.zip", "app.handler")


def inspect(path: Path, function: str, handler: str, runtime: str) -> Package:
    """Every file is a package but one that is named for being none."""
    del handler, runtime
    if path.name == "none.zip":
        raise Misused(f"{path} is no zip file, or is cut off.")
    return Package(function, str(path), 1_200_000, "sha")


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


def setup_app(desk: PlayedDesk, draft: Draft = FILLED, *, ascii_only: bool = False) -> SetupApp:
    async def connect() -> PlayedDesk:
        return desk

    return SetupApp(connect, inspect, draft, ascii_only=ascii_only)
