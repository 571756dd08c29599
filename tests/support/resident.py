"""How much of this process is in memory."""

from __future__ import annotations

import os
from pathlib import Path


def resident() -> float:
    """MiB of it that are in memory now, as Linux has it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
