"""Keys in any order: nothing crashes, and nothing is changed that was not confirmed."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.screen import ModalScreen

from multitool_tui.controller.commands import PassGate, Pause, Resume
from multitool_tui.views.actions import ACTIONS

from .fake import FakeController, make_app
from .pictures import SIZES, settle
from .scenes import SCENES

_AT_ONCE = (Pause, Resume, PassGate)
"""What one key does, and another takes back."""
# The screenshot would fill the working directory; quitting ends the game.
_KEYS = [
    *(key for action in ACTIONS if action.name not in ("screenshot", "quit") for key in action.key.split(",")),
    *("enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
    *("1", "2", "3", "4", "5", "j", "k", "N", "4", "2", "backspace", "f1"),
]


@pytest.mark.long
@pytest.mark.timeout(600)  # so many keys take their time on a busy machine
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(
    scene=st.sampled_from(sorted(SCENES)),
    size=st.sampled_from(sorted(SIZES)),
    keys=st.lists(st.sampled_from(_KEYS), min_size=5, max_size=20),
)
def test_keys_in_any_order(scene: str, size: str, keys: list[str]) -> None:
    asyncio.run(_play(scene, size, keys))


async def _play(scene: str, size: str, keys: list[str]) -> None:
    controller = FakeController(SCENES[scene]())
    app = make_app(controller)
    async with app.run_test(size=SIZES[size], notifications=True) as pilot:
        await settle(pilot)
        for key in keys:
            before, given_before = app.screen, len(controller.commands)
            await pilot.press(key)
            await pilot.pause()
            for command in controller.commands[given_before:]:
                confirmed = isinstance(before, ModalScreen) and key in ("enter", "space")
                assert confirmed or isinstance(command, _AT_ONCE), (command, key, before)
            told = [note.message for note in app._notifications]
            assert not [said for said in told if "could not be" in said or "That failed" in said], told
        assert app.is_running
