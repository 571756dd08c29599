"""`multitool serve`: nobody but who has the address gets anything, and no other site's pages do."""

from __future__ import annotations

import asyncio
import builtins
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner

from multitool_tui.cli import main
from multitool_tui.cli.options import Globals
from multitool_tui.cli.serve import _child
from multitool_tui.cli.site import Site, serve

SCREEN = r"""import sys
sys.stdout.buffer.write(b"__GANGLION__\nD\0\0\0\x05hello")
sys.stdout.flush()
sys.stdin.read()"""


@asynccontextmanager
async def site() -> AsyncIterator[tuple[Site, aiohttp.ClientSession]]:
    """A site whose screens only say hello, and a browser of sorts."""
    begun: asyncio.Future[Site] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(shlex.join([sys.executable, "-c", SCREEN]), 0, begun.set_result))
    try:
        async with aiohttp.ClientSession() as browser:
            yield await begun, browser
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def own(one: Site) -> str:
    """The site's origin."""
    return one.address.rsplit("/", 2)[0]


async def test_without_the_token_there_is_nothing_at_all() -> None:
    async with site() as (one, browser):
        for path in ("/", "/ws", "/static/js/textual.js", "/download/x", "/" + "A" * 43 + "/", "/" + "A" * 43 + "/ws"):
            async with browser.get(own(one) + path, headers={"Origin": own(one)}) as answer:
                assert answer.status == 404
                assert await answer.text() == "There is nothing here.\n"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await browser.ws_connect(f"{own(one)}/ws", origin=own(one))
        assert len(one.address.split("/")[3]) == 43


async def test_with_it_there_is_a_page_that_loads_nothing_from_elsewhere() -> None:
    async with site() as (one, browser):
        async with browser.get(one.address) as answer:
            assert answer.status == 200
            assert f'data-session-websocket-url="ws{one.address.removeprefix("http")}ws"' in await answer.text()
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        async with browser.get(f"{one.address}static/js/textual.js") as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
async def test_other_sites_pages_are_kept_out(headers: dict[str, str]) -> None:
    async with site() as (one, browser):
        for path in ("", "static/js/textual.js", "ws"):
            async with browser.get(one.address + path, headers=headers) as answer:
                assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await browser.ws_connect(f"{one.address}ws", headers={"Origin": own(one), **headers})
        assert raised.value.status == 403


async def test_a_page_of_its_own_gets_a_screen_and_a_stranger_without_an_origin_none() -> None:
    async with site() as (one, browser):
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await browser.ws_connect(f"{one.address}ws")
        assert raised.value.status == 403
        async with browser.ws_connect(f"{one.address}ws?width=80&height=24", origin=own(one)) as page:
            assert await page.receive_bytes() == b"hello"


def test_a_screen_can_only_look_unless_it_is_said() -> None:
    options = Globals("my profile", None, "http://127.0.0.1:1", False, Path("a b.toml"), None, None)
    looking = shlex.split(_child(options, (), reads_only=True))
    assert looking[3:] == [
        *("--profile", "my profile", "--endpoint-url", "http://127.0.0.1:1", "--config", "a b.toml", "--read-only")
    ]
    acting = shlex.split(_child(options, ("demo", "--scenario", "errors"), reads_only=False))
    assert acting[-4:] == ["a b.toml", "demo", "--scenario", "errors"]


def test_what_cannot_be_served_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(main, ["serve", "run"])
    assert done.exit_code == 2
    assert "What can be served is the screen or demo, not 'run'." in done.output
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "multitool_tui.cli.site":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    done = CliRunner().invoke(main, ["serve"])
    assert done.exit_code == 2
    assert "pip install 'multitool-tui[serve]'" in done.output
