"""`multitool serve` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_COMMAND = (sys.executable, "-c", "from multitool_tui.cli import main; main()")


@asynccontextmanager
async def served(folder: Path, *arguments: str) -> AsyncIterator[str]:
    """Serve with these arguments, with nothing of this machine's in reach. Yields the address."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        *("--state-dir", str(folder / "state"), "--preferences", str(folder / "preferences.toml")),
        *("--log-file", str(folder / "log"), "serve", "--port", "0", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()
