"""Makes the picture of the screen in a browser: `python -m screenshots.browser`. Needs Chromium and the extra `serve`.

The demo plays in real time there, so that no two pictures are the same to the pixel: it is not compared.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.browser import CHROMIUM, chromium
from tests.support.served import served

FILE = Path(__file__).parents[1] / "docs" / "images" / "browser.png"
_A_WHILE = 25.0  # seconds: at twenty times real time, enough for several raises of the weight


async def take(folder: Path) -> bytes:
    """Serve the demo, let it play, and take the picture."""
    (folder / "preferences.toml").write_text("")
    async with served(folder, "--writable", "demo") as address, chromium() as tab:
        await tab.open(address)
        await tab.until_seen("raised to")
        await asyncio.sleep(_A_WHILE)
        return await tab.picture()


def main() -> int:
    """Write the picture."""
    if CHROMIUM is None:
        sys.stderr.write("There is no Chromium on this machine.\n")
        return 1
    with TemporaryDirectory() as folder:
        FILE.write_bytes(asyncio.run(take(Path(folder))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
