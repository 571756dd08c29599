"""How every situation looks, at the three sizes that the layout is made for."""

from __future__ import annotations

import asyncio

import pytest

from multitool_tui.tui.app import MultiToolApp

from .fake import FakeController, make_app
from .pictures import SIZES, Compare, pressing
from .scenes import SCENES, mid_canary


@pytest.mark.parametrize(
    ("scene", "size"),
    [
        pytest.param(scene, size, id=f"{scene}-{name}", marks=pytest.mark.long if name == "200x60" else ())
        for scene in SCENES
        for name, size in SIZES.items()
        if name != "200x60" or scene not in {"empty-account", "rolling-back", "read-only", "hostile"}
    ],
)
def test_every_situation(scene: str, size: tuple[int, int], snap_compare: Compare) -> None:
    app = make_app(FakeController(SCENES[scene]()))
    assert snap_compare(app, terminal_size=size, run_before=pressing())


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_connecting(size: tuple[int, int], snap_compare: Compare) -> None:
    controller = FakeController(mid_canary())

    async def connect() -> FakeController:
        await asyncio.Event().wait()
        return controller

    app = MultiToolApp(connect, clock=controller.clock, ascii_only=False, title_hint="profile prod")
    assert snap_compare(app, terminal_size=size)
