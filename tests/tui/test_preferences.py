"""Preferences: what is wrong with them is said with its place, the rest holds; own keys do what the first ones did."""

from __future__ import annotations

from pathlib import Path

import pytest

from multitool_tui.controller.commands import RollBack
from multitool_tui.tui.habits import Habits
from multitool_tui.tui.preferences import Notify, Preferences
from multitool_tui.tui.preferences.first import first_preferences
from multitool_tui.tui.preferences.reading import read_preferences

from .fake import FakeController, make_app
from .pictures import SMALL, settle
from .scenes import idle, mid_canary


def read(folder: Path, text: str) -> tuple[Preferences, list[tuple[int, int, str]]]:
    file = folder / "preferences.toml"
    file.write_text(text)
    preferences, problems = read_preferences(file)
    return preferences, [(problem.line, problem.column, problem.what) for problem in problems]


def test_what_is_right_holds_beside_what_is_wrong(tmp_path: Path) -> None:
    found, problems = read(
        tmp_path,
        """theme = "multitool-contrats"
restore = false
  colour = "x"

[keys]
roll_back = "p"
promot = "a"
pause = "ctrl+x,!"
weight = "wq"
fleet = "j"
zoom = "2"
[notify]
on = ["rollback", "foo"]
bell = false
""",
    )
    assert found == Preferences(
        restore=False, keys={"pause": ("ctrl+x,exclamation_mark", "^x/!")}, notify=Notify(bell=False)
    )
    assert problems == [
        (1, 1, "theme is 'multitool-contrats', which is no theme; the nearest one is multitool-contrast."),
        (3, 3, "colour is not a key; the nearest one is notify."),
        (6, 1, "keys.roll_back has 'p', which is the key of promote: give that another."),
        (7, 1, "keys.promot is not a key; the nearest one is promote."),
        (9, 1, """keys.weight has 'wq', which is no key: write it like "x", "X", "ctrl+x", "f2" or "space"."""),
        (10, 1, "keys.fleet has 'j', which lists and dialogs need."),
        (11, 1, "keys.zoom has '2', which goes to a pane."),
        (13, 19, """notify.on[2] should be 'start', 'gate', 'rollback', 'promote' or 'hold', not "foo"."""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [("theme = ", "this is not TOML"), ("keys = 1", "keys should be a table"), ("a = " + "[" * 3000, "too deeply")],
)
def test_a_file_that_is_no_preferences_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    found, [(_, _, what)] = read(tmp_path, text)
    assert found == Preferences()
    assert said in what


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    found, [problem] = read_preferences(tmp_path)
    assert found == Preferences()
    assert problem.what == f"{tmp_path} cannot be read: Is a directory."


def test_two_actions_may_swap_their_keys(tmp_path: Path) -> None:
    found, problems = read(tmp_path, '[keys]\nweight = "g"\ngate = "w"\n')
    assert not problems
    assert found.keys == {"weight": ("g", "g"), "gate": ("w", "w")}


def test_a_first_file_changes_nothing_and_every_line_of_it_is_right(tmp_path: Path) -> None:
    text = first_preferences()
    assert read(tmp_path, text) == (Preferences(), [])
    lines = text.splitlines()
    spoken = "\n".join(line.removeprefix("# ") if " = " in line else line for line in lines)
    found, problems = read(tmp_path, spoken)
    assert not problems
    assert found.notify == Notify()
    assert found.keys["palette"] == ("ctrl+p", "^p")


async def test_own_keys_act_and_are_shown_and_the_old_ones_do_not(tmp_path: Path) -> None:
    file = tmp_path / "preferences.toml"
    file.write_text('theme = "multitool-night"\n[keys]\nroll_back = "X"\nquit = "ctrl+x"\nhelp = "f1"\nzomm = "y"\n')
    controller = FakeController(mid_canary())
    app = make_app(controller, habits=Habits(file))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        while app.scene is None or app.scene.snapshot is None:
            await pilot.pause()
        await pilot.pause()
        assert app.theme == "multitool-night"
        assert [note.message for note in app._notifications] == [
            "preferences.toml, line 6, column 1: keys.zomm is not a key; the nearest one is zoom. The default stays."
        ]
        keys = "".join(segment.text for segment in app.screen.query_one("#keys").render_line(0))
        assert " X Roll back " in keys
        await pilot.press("r", "enter", "q")
        assert controller.commands == []
        await pilot.press("X", "enter")
        assert [type(command) for command in controller.commands] == [RollBack]
        await pilot.press("f1")
        assert app.screen.query("#help")
        await pilot.press("f1")
        assert not app.screen.query("#help")


async def test_an_own_key_that_does_not_apply_says_why(tmp_path: Path) -> None:
    file = tmp_path / "preferences.toml"
    file.write_text('[keys]\npromote = "ctrl+y"\n')
    app = make_app(FakeController(idle()), habits=Habits(file))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("p")
        assert not app._notifications
        await pilot.press("ctrl+y")
        assert [note.message for note in app._notifications] == ["No rollout is live on checkout:beta."]
