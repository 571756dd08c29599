"""What of a version can really be run."""

from __future__ import annotations

from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.functions.state import Function, Version
from multitool_tui.sandbox.handlers.worker import Program


def program_of(place: Place, function: Function, version: Version) -> Program | None:
    """The program of a version whose code was uploaded for a Python runtime; None for any other."""
    how = version.configuration
    runtime = str(how.get("Runtime", ""))
    if version.package is None or not runtime.startswith("python"):
        return None
    return Program(
        function=function.name,
        version=version.name,
        arn=place.function_arn(function.name, version.name),
        region=place.region,
        package=version.package,
        handler=str(how["Handler"]),
        runtime=runtime,
        timeout=int(how["Timeout"]),
        memory=int(how["MemorySize"]),
        environment=tuple(sorted(how.get("Environment", {}).get("Variables", {}).items())),
    )
