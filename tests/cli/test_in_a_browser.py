"""The screen in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.browser import CHROMIUM, chromium
from tests.support.served import served

pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "preferences.toml").write_text("")
    return tmp_path


async def test_a_browser_shows_the_screen_and_rolls_back(folder: Path) -> None:
    async with served(folder, "--writable", "demo") as address, chromium() as tab:
        await tab.open(address)
        await tab.until_seen("raised to")
        await tab.press("r")
        await tab.until_seen("Roll back to v41?")
        await tab.press("Enter")
        await tab.until_seen("rolled back")
        assert (await tab.picture()).startswith(b"\x89PNG")


async def test_a_browser_can_only_look_unless_it_was_said(folder: Path) -> None:
    async with served(folder, "demo") as address, chromium() as tab:
        await tab.open(address)
        await tab.until_seen("READ-ONLY")
        await tab.until_seen("functions")
        await tab.press("n")
        await tab.until_seen("This session is read-only")
