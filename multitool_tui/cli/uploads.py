"""A function of the user's own, from a zip file on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click


@dataclass(frozen=True, slots=True)
class Upload:
    """A deployment package and the `module.function` in it that is called."""

    package: bytes
    handler: str


def upload_in(path: Path, handler: str) -> Upload:
    """Read a zip file with a Python function.

    Raises:
        click.BadParameter: in one sentence, when it cannot be read or has no such module.
    """
    from multitool_tui.sandbox.handlers.package import check, files_in

    try:
        package = path.read_bytes()
        check(package)
    except OSError as error:
        raise click.BadParameter(f"{path} cannot be read: {error.strerror}", param_hint="--zip") from None
    except ValueError as error:
        raise click.BadParameter(f"{path}: {error}", param_hint="--zip") from None
    module, dot, function = handler.replace("/", ".").rpartition(".")
    if not (module and dot and function):
        raise click.BadParameter(f"{handler!r} is no module.function", param_hint="--handler")
    place = module.replace(".", "/")
    if not any(name.startswith((f"{place}.", f"{place}/")) for name in files_in(package)):
        raise click.BadParameter(
            f"{path} has no module {module}: name what is to be called as module.function", param_hint="--handler"
        )
    return Upload(package, handler)
