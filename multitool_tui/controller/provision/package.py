"""The zip file that a service is to be made of."""

from __future__ import annotations

from pathlib import Path

from multitool_tui.controller.package import handler_missing, read_package
from multitool_tui.controller.port import Misused
from multitool_tui.rollout.package import Package


def inspect(path: Path, function: str, handler: str, runtime: str) -> Package:
    """A zip file that may become the code of a function with this handler and runtime.

    Raises:
        Misused: it may not, in one sentence.
    """
    package = read_package(path, function)
    if missing := handler_missing(package, runtime, handler):
        raise Misused(missing)
    return package
