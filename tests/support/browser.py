"""A headless Chromium, spoken to by its own protocol: a page, what it shows, and a picture of it.

Source: the Chrome DevTools Protocol's documentation, domains Page, Runtime and Input.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_PATIENCE = 60.0  # seconds


@dataclass
class Tab:
    """The one page. Its viewport is `size`, in pixels."""

    socket: aiohttp.ClientWebSocketResponse
    received: str = ""
    """What the page's websockets have brought, as text."""
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method, and wait for its answer."""
        number = next(self._numbers)
        await self.socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            answer = await self.socket.receive_json(timeout=_PATIENCE)
            if answer.get("method") == "Network.webSocketFrameReceived":
                data = answer["params"]["response"]["payloadData"]
                with suppress(ValueError):
                    self.received += base64.b64decode(data).decode("utf-8", "replace")
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result

    async def value(self, expression: str) -> Any:
        """What an expression comes to in the page."""
        answer = await self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def open(self, address: str) -> None:
        """Go to a page, and listen to its websockets."""
        await self.send("Network.enable")
        await self.send("Page.navigate", url=address)

    async def until_seen(self, text: str) -> None:
        """Wait until a text has come since this was asked last."""
        async with asyncio.timeout(_PATIENCE):
            while text not in self.received:
                await self.value("1")
                await asyncio.sleep(0.1)
        self.received = ""

    async def press(self, key: str) -> None:
        """Press a key in the page's terminal: a character, or "Enter"."""
        text = "\r" if key == "Enter" else key
        code = ord(text.upper())
        await self.value("document.querySelector('.xterm-helper-textarea').focus()")
        await self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=text, windowsVirtualKeyCode=code)
        await self.send("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    async def picture(self) -> bytes:
        """A PNG of what is seen."""
        return base64.b64decode((await self.send("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def chromium(size: tuple[int, int] = (1280, 800)) -> AsyncIterator[Tab]:
    """An open browser with an empty page."""
    assert CHROMIUM is not None
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
            *("--remote-debugging-port=0", f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"),
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            port = await _port(process)
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                    [page] = [each for each in await answer.json() if each["type"] == "page"]
                async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    tab = Tab(socket)
                    width, height = size
                    await tab.send(
                        "Emulation.setDeviceMetricsOverride",
                        width=width,
                        height=height,
                        deviceScaleFactor=1,
                        mobile=False,
                    )
                    yield tab
        finally:
            process.terminate()
            await process.wait()


async def _port(process: asyncio.subprocess.Process) -> int:
    """Where the browser listens, once it says so."""
    assert process.stderr is not None
    async with asyncio.timeout(_PATIENCE):
        async for line in process.stderr:
            if said := re.search(rb"DevTools listening on ws://127\.0\.0\.1:(\d+)/", line):
                return int(said[1])
    raise RuntimeError("Chromium ended at once")
