"""What the screen that sets a service up may ask for."""

from __future__ import annotations

from typing import Protocol

from multitool_tui.aws.provision.part import Facts
from multitool_tui.aws.resources import Caller
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.walk import Progress, Tell
from multitool_tui.rollout.package import Package


class Desk(Protocol):
    """`Workshop`, as far as the screen knows it."""

    async def caller(self) -> Caller:
        """Whose account it is."""
        ...

    async def survey(self, service: Service, package: Package) -> list[Progress]:
        """What setting a service up would do."""
        ...

    async def make(self, service: Service, package: Package, tell: Tell) -> Facts:
        """Set a service up."""
        ...
