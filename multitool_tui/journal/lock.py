"""The lock that tells whether a rollout's driver is alive on this machine: it is dropped when its process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self


class DriverLock:
    """Held by the process that drives a rollout, or makes a service, for as long as it does."""

    def __init__(self, file: int) -> None:
        self._file = file

    @classmethod
    def take(cls, folder: Path, key: int, of: str = "drivers") -> Self | None:
        """Take the lock of what has this key in the journal of `folder`, a rollout if `of` is not said; None when
        another process has it.

        Raises:
            OSError: the folder cannot be written.
        """
        locks = folder / of
        locks.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(locks / f"{key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        except BaseException:
            os.close(file)
            raise
        return cls(file)

    def release(self) -> None:
        """Let it go."""
        os.close(self._file)
