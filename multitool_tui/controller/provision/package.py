"""The zip file that a service is to be made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
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


def inspecting() -> Callable[[Path, str, str, str], Package]:
    """`inspect` for a form, which asks with each key: a file is read once, and again when it has changed."""

    @lru_cache(8)
    def once(path: Path, function: str, handler: str, runtime: str, _stamp: float) -> Package:
        return inspect(path, function, handler, runtime)

    def read(path: Path, function: str, handler: str, runtime: str) -> Package:
        return once(path, function, handler, runtime, path.stat().st_mtime if path.is_file() else 0.0)

    return read
