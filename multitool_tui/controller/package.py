"""Looks at a zip file before anything is asked of AWS: is it one that Lambda takes, and does it have the handler?"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

from multitool_tui.controller.port import Misused
from multitool_tui.rollout.package import Package

LARGEST = 50 * 1024 * 1024
"""Bytes of a deployment package in a request. Source: Lambda developer guide, "Lambda quotas"."""
_LARGEST_UNZIPPED = 250 * 1024 * 1024
"""Of the files in it, with those of the layers. Source: the same."""

_MODULES = {
    "python": (".py", ".pyc", ".so", "/__init__.py", "/__init__.pyc"),
    "nodejs": (".js", ".mjs", ".cjs", ""),
    "ruby": (".rb",),
}
"""What the module of a handler may be in the archive, after its name, by the runtime."""


def read_package(path: Path, function: str) -> Package:
    """A zip file that may become the code of `function`.

    Raises:
        Misused: it may not, in one sentence.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Misused(
                f"{path} has {size:,} bytes: Lambda takes at most {LARGEST:,} (50 MB) in a request. Make it smaller, "
                "move what it brings along into a layer, or upload it by S3 and release it with --version."
            )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        unzipped = sum(member.file_size for member in _members(path))
    except OSError as error:
        raise Misused(f"{path} cannot be read: {error.strerror}.") from None
    if unzipped > _LARGEST_UNZIPPED:
        raise Misused(
            f"{path} unpacks to {unzipped:,} bytes: Lambda takes at most {_LARGEST_UNZIPPED:,} (250 MB) unpacked."
        )
    return Package(function, str(path.resolve()), size, base64.b64encode(digest).decode())


def handler_missing(package: Package, runtime: str, handler: str) -> str | None:
    """Why the package cannot be called by this handler, where that shows; None where nothing does."""
    family = next((name for name in _MODULES if runtime.startswith(name)), None)
    names = {member.filename for member in _members(Path(package.path))}
    if family:
        module = handler.rpartition(".")[0]
        place = module.replace(".", "/") if family == "python" else module
        # What is not in the function's own folder is in a layer's.
        if place.startswith("/") or any(f"{place}{ending}" in names for ending in _MODULES[family]):
            return None
        return f"{package.name} has no {place}{_MODULES[family][0]}, which the handler {handler} is in."
    if runtime.startswith("provided") and "bootstrap" not in names:
        return f"{package.name} has no bootstrap, which the runtime {runtime} begins with."
    return None


def size_of(package: Package) -> str:
    """For people: "3.1 MB"."""
    megabytes = package.size / (1024 * 1024)
    return f"{megabytes:.1f} MB" if megabytes >= 0.1 else f"{package.size / 1024:.1f} kB"


def _members(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError):
        raise Misused(f"{path} is no zip file, or is cut off.") from None
    if not any(not member.is_dir() for member in members):
        raise Misused(f"{path} has no file in it.")
    return members
