"""The plan in the operator's own editor."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from multitool_tui.controller.commands import Start
from multitool_tui.rollout.plan import parse_steps
from multitool_tui.rollout.strategies import OWN_STEPS
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.editor import NotEdited, editor_command
from multitool_tui.tui.following import Farewell
from multitool_tui.tui.screens.start import StartScreen
from multitool_tui.views.start import EDITED

from .fake import FakeController, make_app
from .pictures import SMALL, settle
from .scenes import idle


def test_which_editor() -> None:
    def has(*names: str) -> object:
        return lambda name: f"/bin/{name}" if name in names else None

    assert editor_command({"VISUAL": "code --wait", "EDITOR": "vi"}, has()) == ["code", "--wait"]  # type: ignore[arg-type]
    assert editor_command({"VISUAL": " ", "EDITOR": "'/my dir/ed' -x"}, has()) == ["/my dir/ed", "-x"]  # type: ignore[arg-type]
    assert editor_command({}, has("vi", "vim")) == ["vim"]  # type: ignore[arg-type]
    for environment, said in (({}, "There is no editor: set VISUAL or EDITOR to one."), ({"EDITOR": "a '"}, "quote")):
        with pytest.raises(NotEdited, match=said):
            editor_command(environment, has())  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the editor's files go; a terminal that can be lent."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(MultiToolApp, "suspend", lambda _: nullcontext())
    monkeypatch.delenv("VISUAL", raising=False)
    return tmp_path


def edits(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """An editor that runs this Python on `text`, and saves it."""
    script = folder / "editor.py"
    script.write_text(
        f"import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\ntext = file.read_text()\nexit = 0\n{code}\n"
        "file.write_text(text)\nsys.exit(exit)\n"
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


async def edited(pilot: Pilot[Farewell]) -> StartScreen:
    """Press the key in the dialog, and wait for the editor."""
    screen = pilot.app.screen
    assert isinstance(screen, StartScreen)
    await pilot.press("ctrl+o")
    while screen._editing:
        await pilot.pause(0.02)
    await pilot.pause()
    return screen


def names(folder: Path, pattern: str) -> list[str]:
    """What is in there, as ways from there on."""
    return [str(file.relative_to(folder)) for file in folder.glob(pattern)]


def said(screen: StartScreen) -> str:
    return str(screen.query_one("#said", Static).content)


async def test_an_edited_plan_is_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    controller = FakeController(idle())
    app = make_app(controller)
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.pause()
        edits(monkeypatch, folder, "text = text.replace('strategy = \"adaptive\"', 'stratgy = 1')")
        screen = await edited(pilot)
        assert said(screen) == (
            "The plan, line 4, column 1: stratgy is not a key; the nearest one is strategy. "
            "^o opens it again, as it is."
        )
        screen.query_one("#confirm", Button).press()
        await pilot.pause()
        assert controller.commands == []
        # What was written is there again.
        steps = 'steps = [{ weight = 5, bake = "5m" }, { weight = 50, bake = "9m", gate = "operator" }]'
        edits(
            monkeypatch,
            folder,
            f"assert 'stratgy = 1' in text\ntext = text.replace('stratgy = 1', '''{steps}''').split('budget')[0]",
        )
        screen = await edited(pilot)
        assert said(screen) == ""
        assert screen._draft.strategy == EDITED
        screen.query_one("#confirm", Button).press()
        await pilot.pause()
        [command] = controller.commands
        assert isinstance(command, Start)
        assert command.plan.strategy == OWN_STEPS
        assert command.plan.steps == parse_steps("5%/5m 50%/9m/gate")
        assert command.plan.alarms == ("checkout-5xx", "checkout-latency")
    assert names(folder, "*") == ["editor.py"]


async def test_nothing_is_lost_when_the_editor_fails_or_there_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(FakeController(idle()))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, StartScreen)
        before = screen._draft
        monkeypatch.setenv("EDITOR", "/no/such/editor")
        assert said(await edited(pilot)) == "/no/such/editor does not run: No such file or directory."
        edits(monkeypatch, folder, "text += '# mine'\nexit = 3")
        told = said(await edited(pilot))
        assert told.startswith(f"{sys.executable} ended with 3: nothing was taken over. What was saved is in ")
        [kept] = names(folder, "multitool-*/plan.toml")
        assert (folder / kept).read_text().endswith("# mine")
        edits(monkeypatch, folder, "exit = 1")
        assert said(await edited(pilot)) == f"{sys.executable} ended with 1: nothing was taken over."
        edits(monkeypatch, folder, "pass")
        await edited(pilot)
        assert screen._draft == before


async def test_a_terminal_that_cannot_be_lent_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    app = make_app(FakeController(replace(idle())))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert said(await edited(pilot)) == "This terminal cannot be lent to an editor."
