"""How the dialogs look, the drawer, the zoom, and the themes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.rollout.plan import Plan, parse_steps
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.following import Farewell

from .fake import FakeController, make_app
from .pictures import LARGE, MIDDLE, SIZES, SMALL, Compare, pressing, settle
from .scenes import SCENES, idle, judged_for_minutes, judged_harmful, mid_canary

DIALOGS: dict[str, tuple[Callable[[], Snapshot], tuple[str, ...]]] = {
    "start": (idle, ("n",)),
    "start-firing-alarm": (idle, ("n", "tab", "tab", "tab", "down", "down", "space")),
    "promote": (mid_canary, ("p",)),
    "promote-against-evidence": (judged_harmful, ("p",)),
    "roll-back": (mid_canary, ("r",)),
    "weight": (mid_canary, ("w", "9", "0")),
    "quit": (mid_canary, ("q",)),
    "help": (mid_canary, ("question_mark",)),
    "help-end": (mid_canary, ("question_mark", "end")),
    "palette": (mid_canary, ("ctrl+p",)),
}


@pytest.mark.parametrize("size", [SMALL, pytest.param(MIDDLE, marks=pytest.mark.long)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("dialog", DIALOGS)
def test_every_dialog(dialog: str, size: tuple[int, int], snap_compare: Compare) -> None:
    scene, keys = DIALOGS[dialog]
    assert snap_compare(make_app(FakeController(scene())), terminal_size=size, run_before=pressing(*keys))


def test_the_start_dialog_with_a_plan_of_the_manifest(snap_compare: Compare) -> None:
    plan = Plan("checkout-careful", parse_steps("1%/10m 10%/10m/gate"), alarms=("checkout-5xx",))
    app = make_app(FakeController(replace(idle(), plans={"checkout-careful": ("checkout:beta", plan)})))
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing("n"))


def test_the_drawer_of_a_narrow_terminal(snap_compare: Compare) -> None:
    assert snap_compare(make_app(FakeController(mid_canary())), terminal_size=SMALL, run_before=pressing("tab"))


def test_the_filter(snap_compare: Compare) -> None:
    app = make_app(FakeController(SCENES["thousands"]()))
    assert snap_compare(app, terminal_size=MIDDLE, run_before=pressing("slash", *"team-07"))


def test_the_zoomed_evidence(snap_compare: Compare) -> None:
    app = make_app(FakeController(judged_for_minutes()))
    assert snap_compare(app, terminal_size=LARGE, run_before=pressing("tab", "tab", "tab", "z", "left", "left"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_light_theme(size: tuple[int, int], snap_compare: Compare) -> None:
    assert snap_compare(make_app(FakeController(mid_canary())), terminal_size=size, run_before=pressing("t"))


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_no_color(size: tuple[int, int], snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(FakeController(SCENES["rolled-back"]()))
    assert snap_compare(app, terminal_size=size, run_before=pressing())


def test_a_terminal_that_shows_ascii_only(snap_compare: Compare) -> None:
    controller = FakeController(mid_canary())

    async def connect() -> FakeController:
        return controller

    app = MultiToolApp(connect, clock=controller.clock, ascii_only=True)
    assert snap_compare(app, terminal_size=MIDDLE, run_before=pressing())


def test_a_theme_of_textuals_own(snap_compare: Compare) -> None:
    async def before(pilot: Pilot[Farewell]) -> None:
        await settle(pilot)
        pilot.app.theme = "gruvbox"
        await settle(pilot)

    assert snap_compare(make_app(FakeController(mid_canary())), terminal_size=MIDDLE, run_before=before)
