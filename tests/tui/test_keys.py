"""Every key, pressed: what it asks of the controller, and what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Checkbox, Input, Static

from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import PassGate, Pause, Promote, Resume, RollBack, SetWeight, Start
from multitool_tui.controller.findings import TRAFFIC, Finding, Level
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.snapshot import Function, Snapshot
from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.model import NOTHING_JUDGED
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, STRATEGIES, parse_plan
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.screens.confirm import ConfirmScreen
from multitool_tui.tui.screens.help import HelpScreen
from multitool_tui.tui.screens.main import MainScreen
from multitool_tui.tui.screens.quit import QuitScreen
from multitool_tui.tui.screens.start import StartScreen
from multitool_tui.tui.screens.weight import WeightScreen
from multitool_tui.tui.widgets.evidence import Evidence
from multitool_tui.tui.widgets.pane import Pane
from multitool_tui.tui.widgets.resources import Resources, ResourceTree
from multitool_tui.views.start import FORETELLING

from .fake import FakeController, make_app
from .pictures import settle
from .scenes import (
    NOW,
    OUTLOOK,
    SCENES,
    ago,
    at_gate,
    drifted,
    functions,
    idle,
    judged_for_minutes,
    judged_harmful,
    live,
    mid_canary,
    paused,
    read_only,
    rollout,
    snapshot,
    thousands,
)

SEEN = Seen("r-20260105-1352", 0.25, "42")


class Session:
    """The application under test, with its pilot and its played controller."""

    def __init__(self, app: MultiToolApp, pilot: Pilot[Farewell], controller: FakeController) -> None:
        self.app, self.pilot, self.controller = app, pilot, controller

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def push(self, new: Snapshot) -> None:
        self.controller.push(new)
        await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, so: Callable[[], bool]) -> None:
        """Let the application run until `so`."""
        for _ in range(200):
            if so():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it never came about")

    @property
    def at_home(self) -> bool:
        """Whether no dialog is open."""
        return isinstance(self.app.screen, MainScreen)

    def cannot_confirm(self) -> bool:
        return self.app.screen.query_one("#confirm", Button).disabled

    @property
    def told(self) -> list[str]:
        return [note.message for note in self.app._notifications]

    def text_of(self, selector: str) -> str:
        return str(self.app.screen.query_one(selector, Static).content)


@asynccontextmanager
async def opened(shown: Snapshot, size: tuple[int, int] = (120, 40), **options: Any) -> AsyncIterator[Session]:
    controller = FakeController(shown)
    app = make_app(controller, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield Session(app, pilot, controller)


# Commands


async def test_promote_has_the_focus_on_cancel_and_names_what_was_seen() -> None:
    async with opened(mid_canary()) as session:
        await session.press("p")
        assert isinstance(session.app.screen, ConfirmScreen)
        assert session.app.focused is session.app.screen.query_one("#cancel")
        # The rollout moves on while the dialog is open: the command still names what the operator saw.
        await session.push(snapshot(live(rollout(step=4, weight=0.5, wanted=0.5))))
        await session.press("tab", "enter")
        assert session.controller.commands == [Promote(seen=SEEN)]
        assert session.at_home


@pytest.mark.parametrize("keys", [("p", "enter"), ("p", "escape"), ("r", "escape"), ("r", "left", "enter")])
async def test_a_cancelled_confirmation_commands_nothing(keys: tuple[str, ...]) -> None:
    async with opened(mid_canary()) as session:
        await session.press(*keys)
        assert session.controller.commands == []
        assert session.at_home


def without_evidence() -> Snapshot:
    return snapshot(live(rollout(judgement=NOTHING_JUDGED)))


def with_old_evidence() -> Snapshot:
    one = rollout()
    return snapshot(live(rollout(judgement=replace(one.judgement, seen_to=ago(minutes=20)))))


@pytest.mark.parametrize("scene", [judged_harmful, without_evidence, with_old_evidence])
async def test_promoting_against_the_evidence_takes_the_version_number(scene: Callable[[], Snapshot]) -> None:
    async with opened(scene()) as session:
        await session.press("p")
        assert session.cannot_confirm()
        await session.press("shift+tab", "4")
        assert session.cannot_confirm()
        await session.press("enter", "2")
        assert not session.cannot_confirm()
        await session.press("enter", "enter")
        assert session.controller.commands == [Promote(seen=SEEN, without_evidence=True)]


async def test_roll_back_is_two_keys() -> None:
    async with opened(mid_canary()) as session:
        await session.press("r", "enter")
        assert session.controller.commands == [RollBack(seen=SEEN)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_two_keys_at_once_roll_back_and_do_not_promote(size: tuple[int, int]) -> None:
    """Over a slow line, both keys arrive in one piece."""
    async with opened(mid_canary(), size) as session:
        session.app.simulate_key("r")
        session.app.simulate_key("enter")
        await session.until(lambda: bool(session.controller.commands) and session.at_home)
        assert session.controller.commands == [RollBack(seen=SEEN)]
        session.app.simulate_key("p")
        session.app.simulate_key("enter")
        await session.pilot.pause()
        await session.pilot.pause()
        assert session.controller.commands == [RollBack(seen=SEEN)]
        assert session.at_home


async def test_space_pauses_and_resumes() -> None:
    async with opened(mid_canary()) as session:
        await session.press("space")
        await session.push(paused())
        await session.press("space")
        assert session.controller.commands == [Pause(seen=SEEN), Resume(seen=SEEN)]


async def test_g_passes_the_gate_and_says_so_where_there_is_none() -> None:
    async with opened(mid_canary()) as session:
        await session.press("g")
        assert session.told == ["The rollout is at no gate."]
        await session.push(at_gate())
        await session.press("g")
        assert session.controller.commands == [PassGate(seen=replace(SEEN, weight=0.5))]


async def test_weight_is_checked_as_it_is_typed() -> None:
    async with opened(mid_canary()) as session:
        await session.press("w")
        assert isinstance(session.app.screen, WeightScreen)
        for text, said in (
            ("x", "'x' is not a percentage: write it like 25 or 0.5%."),
            ("100", "A weight lies between 0% and 100%; promote or roll back for the ends."),
            ("25", "The weight is 25% already."),
            ("40", "Raises the canary from 25% to 40%."),
            ("10", "Lowers the canary from 25% to 10%."),
        ):
            session.app.screen.query_one("#weight", Input).value = text
            await session.pilot.pause()
            assert session.text_of("#said") == said
        await session.press("enter")
        assert session.controller.commands == [SetWeight(seen=SEEN, weight=0.1)]


async def test_a_refusal_is_told_and_changes_nothing() -> None:
    async with opened(mid_canary()) as session:
        session.controller.refusal = CommandRefused("The rollout has moved on to [b]50%[/b] since.")
        await session.press("space")
        assert session.told == ["The rollout has moved on to [b]50%[/b] since."]


async def test_a_bug_in_the_controller_is_told_in_a_sentence() -> None:
    async with opened(mid_canary()) as session:
        session.controller.refusal = RuntimeError("no such thing\nsecond line")
        await session.press("space")
        assert session.told == ["That failed: no such thing"]
        assert session.app.is_running


async def test_read_only_says_why() -> None:
    async with opened(read_only()) as session:
        for key in ("p", "r", "space", "w", "n", "N"):
            await session.press(key)
        assert session.controller.commands == []
        assert session.at_home
        assert set(session.told) == {"This session is read-only: nothing can be changed from here."}
        assert len(session.told) == 6


async def test_drift_leaves_only_the_way_back() -> None:
    async with opened(drifted()) as session:
        await session.press("p", "space")
        assert session.controller.commands == []
        assert "changed from outside" in session.told[0]
        await session.press("r", "enter")
        assert session.controller.commands == [RollBack(seen=SEEN)]


# Starting


async def test_start_with_what_is_offered() -> None:
    async with opened(idle()) as session:
        await session.press("n")
        assert isinstance(session.app.screen, StartScreen)
        session.app.screen.query_one("#confirm", Button).focus()
        await session.press("enter")
        plan = replace(STRATEGIES[ADAPTIVE], alarms=("checkout-5xx", "checkout-latency"))
        assert session.controller.commands == [Start(target="checkout:beta", canary="42", plan=plan)]
        assert session.at_home


async def test_a_refused_start_keeps_what_was_typed() -> None:
    async with opened(idle(), size=(80, 24)) as session:
        session.controller.refusal = CommandRefused("v42 has another execution role than v41.")
        await session.press("n")
        screen = session.app.screen
        screen.query_one("#strategy", Input).value = OWN_STEPS
        await session.pilot.pause()
        screen.query_one("#steps", Input).value = "3%/1m"
        screen.query_one("#confirm", Button).focus()
        await session.press("enter")
        assert session.app.screen is screen
        assert session.text_of("#said") == "v42 has another execution role than v41."
        assert screen.query_one("#steps", Input).value == "3%/1m"


async def test_what_is_wrong_is_said_before_any_change() -> None:
    async with opened(idle()) as session:
        await session.press("n")
        screen = session.app.screen
        for field, text, said in (
            ("target", "nobody:live", "No function is called nobody."),
            ("target", "checkout:gone", "checkout has no alias gone; it has: beta, live."),
            (
                "target",
                "checkout",
                "'checkout' names no target: write it as function:alias, like checkout:live, "
                "or as api/stage, like shop/prod.",
            ),
            ("target", "checkout:live", ""),
            ("version", "99", "checkout has no published version 99."),
            ("version", "41", "checkout:live serves v41 already."),
            ("version", "42", ""),
            ("strategy", OWN_STEPS, ""),
            ("steps", "5%", "'5%' is not a step: write it as weight/bake, like 25%/5m or 25%/5m/gate."),
            ("strategy", "AllAtOnce", "All at once sends all traffic at once; nothing is compared first."),
        ):
            screen.query_one(f"#{field}", Input).value = text
            await session.pilot.pause()
            assert session.text_of("#said") == said
            if said and field != "strategy":
                screen.query_one("#confirm", Button).press()
                await session.pilot.pause()
                assert session.app.focused is screen.query_one(f"#{field}")
        assert session.controller.commands == []


async def test_the_start_dialog_says_what_the_rollout_can_tell() -> None:
    async with opened(idle(), size=(80, 24)) as session:
        session.controller.thought.clear()
        await session.press("n")
        asked = [Start(target="checkout:beta", canary="42", plan=STRATEGIES[ADAPTIVE])]
        assert session.controller.asked == asked
        assert session.text_of("#outlook") == FORETELLING
        session.controller.thought.set()
        await session.until(lambda: session.text_of("#outlook") == OUTLOOK.words)
        assert not session.app.screen.query_one("#outlook").has_class("-warning")
        # Neither news nor an alarm makes it another question.
        await session.push(replace(idle(), at=ago(seconds=-5)))
        await session.press("tab", "tab", "tab", "down", "down", "space")
        assert session.controller.asked == asked
        assert session.text_of("#outlook") == OUTLOOK.words


async def test_another_choice_is_another_question_and_the_first_is_dropped() -> None:
    async with opened(idle()) as session:
        session.controller.thought.clear()
        await session.press("n")
        session.app.screen.query_one("#strategy", Input).value = "Canary10Percent5Minutes"
        await session.until(lambda: len(session.controller.asked) == 2)
        assert session.controller.abandoned == 1
        assert session.controller.asked[-1].plan == STRATEGIES["Canary10Percent5Minutes"]
        session.app.screen.query_one("#target", Input).value = "checkout:nowhere"
        await session.until(lambda: session.controller.abandoned == 2)
        assert session.text_of("#outlook") == ""
        session.controller.thought.set()
        session.app.screen.query_one("#target", Input).value = "checkout:live"
        await session.until(lambda: session.text_of("#outlook") == OUTLOOK.words)
        assert session.controller.asked[-1].target == "checkout:live"


async def test_what_is_still_typed_is_not_asked_for() -> None:
    async with opened(idle()) as session:
        await session.press("n")
        screen = session.app.screen
        screen.query_one("#strategy", Input).value = OWN_STEPS
        await session.pilot.pause()
        for steps in ("3%/1m", "3%/10m", "3%/10m 20%/10m"):
            screen.query_one("#steps", Input).value = steps
        await session.until(lambda: len(session.controller.asked) > 1)
        assert screen.query_one("#steps", Input).value == "3%/10m 20%/10m"
        plans = [start.plan for start in session.controller.asked]
        assert plans == [STRATEGIES[ADAPTIVE], parse_plan("3%/10m 20%/10m")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (CommandRefused("The metrics cannot be read: [b]denied\x1b."), "The metrics cannot be read: [b]denied▯."),
        (RuntimeError("a bug"), "What this rollout can tell is not known (RuntimeError)."),
        (
            (
                Finding("target", Level.OK, "All is well."),
                Finding("provisioned", Level.UNKNOWN, "The policy does not let it be asked."),
                Finding("owner", Level.UNKNOWN, "Nobody may ask."),
                Finding(TRAFFIC, Level.WARNING, "No requests in the last 3h."),
                Finding("package", Level.REFUSED, "[b]No zip."),
            ),
            "✖ [b]No zip.\n! No requests in the last 3h.\n? Not known: owner.",
        ),
    ],
)
async def test_what_speaks_against_a_start_is_marked_and_stops_none(
    answer: tuple[Finding, ...] | Exception, said: str
) -> None:
    async with opened(idle()) as session:
        session.controller.foretold = answer
        await session.press("n")
        await session.until(lambda: session.text_of("#outlook") == said)
        assert session.app.screen.query_one("#outlook").has_class("-warning")
        session.app.screen.query_one("#confirm", Button).press()
        await session.pilot.pause()
        assert len(session.controller.commands) == 1


async def test_what_was_rolled_back_is_released_again_only_when_that_is_said() -> None:
    async with opened(idle()) as session:
        session.controller.foretold = (Finding("history", Level.REFUSED, "v43 was rolled back."),)
        await session.press("n")
        screen = session.app.screen
        await session.until(lambda: screen.query_one("#again").display)
        screen.query_one("#again", Checkbox).value = True
        await session.until(lambda: session.controller.asked[-1].again)
        screen.query_one("#confirm", Button).press()
        await session.until(lambda: session.at_home)
        (command,) = session.controller.commands
        assert isinstance(command, Start)
        assert command.again


async def test_a_zip_file_is_released_in_the_place_of_a_version() -> None:
    async with opened(idle()) as session:
        await session.press("n")
        screen = session.app.screen
        screen.query_one("#version", Input).value = "out/build.zip"
        await session.until(lambda: session.controller.asked[-1].zip == Path("out/build.zip"))
        assert "v41 → build.zip on checkout:beta" in session.text_of("#summary")
        screen.query_one("#confirm", Button).press()
        await session.until(lambda: session.at_home)
        (command,) = session.controller.commands
        assert isinstance(command, Start)
        assert (command.canary, command.zip) == ("", Path("out/build.zip"))


async def test_a_start_does_not_wait_for_the_outlook() -> None:
    async with opened(idle()) as session:
        session.controller.thought.clear()
        await session.press("n")
        session.app.screen.query_one("#confirm", Button).press()
        await session.until(lambda: session.at_home)
        assert len(session.controller.commands) == 1
        await session.until(lambda: session.controller.abandoned == 1)


async def test_a_firing_alarm_must_be_accepted() -> None:
    async with opened(idle()) as session:
        await session.press("n", "tab", "tab", "tab", "down", "down", "space")
        assert session.text_of("#said") == "queue-age is firing: accept that, or do not watch it."
        session.app.screen.query_one("#confirm", Button).press()
        await session.pilot.pause()
        assert session.controller.commands == []
        await session.press("space")  # the focus went to where it can be accepted
        session.app.screen.query_one("#confirm", Button).press()
        await session.pilot.pause()
        (command,) = session.controller.commands
        assert isinstance(command, Start)
        assert command.plan.alarms == ("checkout-5xx", "checkout-latency", "queue-age")
        assert command.plan.accepted_alarms == ("queue-age",)


async def test_up_and_down_step_through_the_choices() -> None:
    async with opened(idle()) as session:
        await session.press("n", "down")
        assert session.app.screen.query_one("#version", Input).value == "40"
        await session.press("tab", "down", "down")
        assert session.app.screen.query_one("#strategy", Input).value == "Canary10Percent5Minutes"
        assert session.text_of("#described") == "10% for 5m, then all of it."
        await session.press("up", "up", "up")
        assert session.app.screen.query_one("#strategy", Input).value == "AllAtOnce"
        await session.press("shift+tab", "shift+tab", "down")
        assert session.app.screen.query_one("#target", Input).value == "checkout:live"


async def test_versions_that_arrive_late_are_taken_over() -> None:
    shown = idle()
    loading = tuple(replace(f, versions=None) for f in shown.functions)
    async with opened(replace(shown, functions=loading)) as session:
        await session.press("n")
        assert session.text_of("#said") == "The versions of checkout are loading…"
        await session.push(shown)
        assert session.app.screen.query_one("#version", Input).value == "42"
        assert session.text_of("#said") == ""


# Looking


async def test_the_cursor_looks_at_what_it_is_on() -> None:
    async with opened(idle()) as session:
        assert session.controller.looks == ["checkout:beta"]
        await session.press("down")
        assert session.controller.looks[-1] == "checkout:live"
        assert session.app.scene is not None
        assert session.app.scene.target == "checkout:live"
        await session.press("down", "down")
        assert session.controller.looks[-1] == "invoice-render"
        assert session.app.scene.target == "checkout:live"
        await session.press("end", "home", "pagedown", "pageup", "left", "right")
        assert session.app.screen.query_one(ResourceTree).cursor == 0


async def test_enter_and_the_arrows_fold() -> None:
    async with opened(idle()) as session:
        tree = session.app.screen.query_one(ResourceTree)
        rows = len(tree.found.rows)
        await session.press("home", "enter")
        assert len(tree.found.rows) == rows - 3
        await session.press("right")
        assert len(tree.found.rows) == rows
        await session.press("down", "left")
        assert tree.cursor == 0
        assert len(tree.found.rows) == rows - 3


async def test_the_mouse_chooses_and_folds() -> None:
    async with opened(idle()) as session:
        tree = session.app.screen.query_one(ResourceTree)
        await session.pilot.click(ResourceTree, offset=(8, 2))
        await session.pilot.pause()
        assert session.controller.looks[-1] == "checkout:live"
        await session.pilot.click(ResourceTree, offset=(3, 0))
        await session.pilot.pause()
        assert not tree.found.rows[0].unfolded


async def test_the_mouse_presses_the_keys_at_the_bottom() -> None:
    async with opened(mid_canary()) as session:
        await session.pilot.click("#keys", offset=(3, 0))
        await session.pilot.pause()
        assert isinstance(session.app.screen, ConfirmScreen)


async def test_the_latest_live_rollout_is_shown_until_the_operator_chooses() -> None:
    async with opened(idle()) as session:
        assert session.app.scene is not None
        assert session.app.scene.target == "checkout:beta"
        await session.push(mid_canary())
        assert session.app.scene.target == "checkout:live"
        tree = session.app.screen.query_one(ResourceTree)
        assert tree.row is not None
        assert tree.row.target == "checkout:live"
        await session.press("up")
        await session.push(mid_canary())
        assert session.app.scene.target == "checkout:beta"


async def test_the_filter_finds_counts_and_clears() -> None:
    async with opened(thousands()) as session:
        pane = session.app.screen.query_one(Resources)
        await session.press("slash", *"service-000")
        assert "10 of 2,000 match" in str(pane.border_subtitle)
        await session.press("enter")
        assert session.app.focused is pane.listing
        await session.press("escape")
        assert pane.listing.needle == ""
        await session.press("slash", *"beta", "down")
        assert [row.target for row in pane.listing.found.rows if row.target] == ["checkout:beta"]


async def test_a_filter_without_a_match_says_so() -> None:
    async with opened(idle()) as session:
        await session.press("slash", *"zzz")
        assert "0 of 4 match" in str(session.app.screen.query_one(Resources).border_subtitle)
        await session.press("escape")
        assert len(session.app.screen.query_one(ResourceTree).found.rows) > 4


async def test_what_has_come_or_gone_beside_a_filter_is_shown_without_it() -> None:
    async with opened(idle()) as session:
        listing = session.app.screen.query_one(ResourceTree)
        await session.press("slash", *"zzz")
        await session.push(snapshot(functions=(*functions({})[1:], Function("zebra", None, None))))
        await session.press("escape")
        homes = {row.home for row in listing.found.rows}
        assert "zebra" in homes
        assert "checkout" not in homes
        await session.press("home", "left", "slash", *"zzz")
        assert not listing.found.rows
        await session.press("escape")
        assert [row.home for row in listing.found.rows].count("invoice-render") == 1  # folded, as it was


async def test_zoom_and_back() -> None:
    async with opened(mid_canary()) as session:
        await session.press("tab", "tab", "tab")
        evidence = session.app.screen.query_one(Evidence)
        assert session.app.focused is evidence
        before = evidence.size
        await session.press("z")
        assert evidence.size.width > before.width
        assert evidence.size.height > before.height
        await session.press("escape")
        assert evidence.size == before
        await session.press("z", "z")
        assert evidence.size == before


async def test_the_drawer_comes_with_tab_and_goes_with_enter() -> None:
    async with opened(mid_canary(), size=(80, 24)) as session:
        left = session.app.screen.query_one("#left")
        assert left.region.x < 0
        await session.press("tab")
        await session.pilot.wait_for_animation()
        assert left.region.x == 0
        await session.press("enter")
        await session.pilot.wait_for_animation()
        assert left.region.x < 0
        await session.press("shift+tab")
        await session.press("escape")
        assert session.app.focused is None


async def test_copy_and_console() -> None:
    async with opened(mid_canary()) as session:
        await session.press("c")
        assert session.app.clipboard.startswith("checkout:live: v41 to v42, shifting at 25%")
        await session.press("o")
        assert session.app.clipboard == (
            "https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions/checkout/aliases/live"
        )


async def test_the_sandbox_has_no_console() -> None:
    async with opened(read_only()) as session:
        await session.press("o")
        assert session.told == ["The sandbox has no console: nothing here is in AWS."]


async def test_refresh_theme_screenshot_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(mid_canary()) as session:
        await session.press("R")
        assert session.controller.refreshed == 1
        await session.press("t")
        assert session.app.theme == "multitool-light"
        await session.press("t", "t", "t")
        assert session.app.theme == "multitool-dark"
        await session.press("S")
        assert (tmp_path / "multitool-20260105-140320.svg").read_text().startswith("<svg")
        text = (tmp_path / "multitool-20260105-140320.txt").read_text().splitlines()
        assert len(text) == 40
        assert text[0].startswith(" MultiTool  123456789012 · eu-west-1 · profile prod")
        assert not any("\x1b" in line or line.endswith(" ") for line in text)
        monkeypatch.setattr(Path, "write_text", _disk_full)
        await session.press("S")
        assert session.told[-1] == "The screenshot could not be saved: No space left on device."
        await session.press("question_mark")
        assert isinstance(session.app.screen, HelpScreen)
        await session.press("escape")
        assert session.at_home


def _disk_full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


async def test_where_there_is_no_other_session_turning_to_it_says_how_to_have_one() -> None:
    async with opened(mid_canary()) as session:
        await session.press("at")
        assert session.told[-1] == "There is but this session: --also opens others beside it."


async def test_every_action_is_in_the_palette() -> None:
    async with opened(mid_canary()) as session:
        titles = {command.title for command in session.app.get_system_commands(session.app.screen)}
        assert {"Promote", "Roll back", "Pause", "Weight", "Filter", "Zoom", "Help", "Quit", "Copy"} <= titles
        assert "Gate" not in titles  # it does not apply now


# Quitting


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_quitting_without_a_live_rollout_is_at_once(key: str) -> None:
    async with opened(idle()) as session:
        await session.press(key)
        assert session.app.return_value == Farewell()
        assert session.controller.closed


async def test_quitting_asks_while_a_rollout_is_live_and_staying_is_the_default() -> None:
    async with opened(mid_canary()) as session:
        await session.press("ctrl+q")
        assert isinstance(session.app.screen, QuitScreen)
        await session.press("enter")
        assert session.at_home
        assert not session.controller.closed


async def test_quitting_may_hold() -> None:
    async with opened(mid_canary()) as session:
        await session.press("q", "right", "right", "enter")
        assert session.controller.commands == []
        assert session.app.return_value == Farewell(
            0,
            "Held where it is, with nobody watching: checkout:live at 25%. `multitool resume r-20260105-1352` goes on "
            "with it, `multitool rollback checkout:live` takes it out.",
        )


async def test_quitting_may_roll_back_and_waits_for_it() -> None:
    async with opened(mid_canary()) as session:
        await session.press("q", "right", "enter")
        (command,) = session.controller.commands
        assert isinstance(command, RollBack)
        assert session.text_of("#said") == "Rolling back checkout:live…"
        await session.push(snapshot(live(rollout(State.ROLLING_BACK))))
        assert session.app.return_value is None
        await session.push(SCENES["rolled-back"]())
        await session.pilot.pause()
        assert session.app.return_value == Farewell(
            0,
            "checkout:live: rolled back. 231 of the canary's 11,203 requests failed; at the baseline's rate one would "
            "expect 45: more than 1% above the baseline.",
        )


async def test_quitting_stays_where_a_rollback_is_refused_or_gets_stuck() -> None:
    async with opened(mid_canary()) as session:
        session.controller.refusal = CommandRefused("Another driver holds the target.")
        await session.press("q", "right", "enter")
        assert session.text_of("#said") == ("checkout:live could not be rolled back: Another driver holds the target.")
        session.controller.refusal = None
        session.app.screen.query_one("#roll-back", Button).press()
        await session.pilot.pause()
        await session.push(drifted())
        assert "could not be rolled back: checkout:live was changed by another hand" in session.text_of("#said")
        assert session.app.return_value is None


def test_the_clock_of_these_tests_stands_still() -> None:
    assert ManualClock(NOW).now() == NOW


def drawn(pane: Pane) -> str:
    """What a pane shows, as text."""
    return "\n".join("".join(span.text for span in pane.line_at(number)) for number in range(pane.size.height))


async def test_the_cursor_over_the_charts_is_moved_by_arrows_and_by_the_mouse() -> None:
    async with opened(judged_for_minutes()) as session:
        evidence = session.app.screen.query_one(Evidence)
        evidence.focus()
        await session.press("left", "left")
        assert "UTC · weight 25%" in drawn(evidence)
        await session.press("right", "right")
        assert "UTC · weight" not in drawn(evidence)
        await session.pilot.click(Evidence, offset=(14, 4))
        assert "UTC · weight 0%" in drawn(evidence)
        await session.press("down", "down")
        assert drawn(evidence).startswith("weight")
