"""Deployment packages: what AWS takes, and the folder that a worker runs in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path, PurePosixPath

LARGEST_ZIP = 50 * 1024 * 1024
"""Bytes of a direct upload (Lambda developer guide, "Lambda quotas")."""
_LARGEST_UNZIPPED = 250 * 1024 * 1024


def check(package: bytes) -> None:
    """Make sure that a package can be unpacked, and only into its own folder.

    Raises:
        ValueError: in AWS's words.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            files = archive.infolist()
            if sum(file.file_size for file in files) >= _LARGEST_UNZIPPED:
                raise ValueError(f"Unzipped size must be smaller than {_LARGEST_UNZIPPED} bytes")
            whole = all(_stays_inside(file.filename) for file in files) and archive.testzip() is None
    # An encrypted file is a RuntimeError, an unknown compression a NotImplementedError.
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
        raise ValueError(_UNREADABLE) from error
    if not whole:
        raise ValueError(_UNREADABLE)
    if not files:
        raise ValueError("Uploaded file must be a non-empty zip")


_UNREADABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."


def files_in(package: bytes) -> list[str]:
    """The names in what `check` has let pass."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.namelist()


def unpack(package: bytes, folder: Path) -> None:
    """Unpack what `check` has let pass."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(folder)


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in path.parts[0]
