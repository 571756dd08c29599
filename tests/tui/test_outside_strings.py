"""Borders, dialogs, boxes, fields and tables of a running screen take no string from outside for more than that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multitool_tui.controller.observe.page import Facts, Form, Page, Prose, Row, Table
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.states import State
from multitool_tui.views.text import clean

from .fake import FakeArchive, FakeController, make_app
from .pictures import quiet
from .reels import reel, rows
from .scenes import NOW, TARGET, functions, hostile

MARKUP = "[@click=app.quit]x[/]"
OUTSIDE = f"{MARKUP} \x1b[31m\x07\u202e\u200d日本語 [bold red]\ud800"


@pytest.mark.long
async def test_no_screen_takes_a_string_for_more_than_a_string() -> None:
    shown = hostile(OUTSIDE)
    # What AWS and the product take as names of functions, aliases and versions has none of it.
    held = replace(shown.rollouts[0].rollout, target=TARGET, state=State.HELD, obstacle=Obstacle.DRIFT)
    shown = replace(shown, rollouts=(replace(shown.rollouts[0], rollout=held),), functions=functions())
    [past] = rows(1)
    archive = FakeArchive((replace(past, target=OUTSIDE, strategy=OUTSIDE, reason=OUTSIDE, actor=OUTSIDE),), reel())
    controller = FakeController(shown, archive=archive)
    parts = (Table(OUTSIDE, (OUTSIDE,), (Row((OUTSIDE,), OUTSIDE),), ""), Facts(OUTSIDE, ((OUTSIDE, OUTSIDE),)))
    page = Page((*parts, Prose(OUTSIDE, OUTSIDE)), NOW, OUTSIDE)
    controller.observatory.pages = {"alarms": page, OUTSIDE: page}
    controller.observatory.documents = {"alias": {OUTSIDE[: len(MARKUP)]: OUTSIDE}}
    controller.observatory.form = Form(OUTSIDE, OUTSIDE, "Do it", ((OUTSIDE, OUTSIDE),))
    app = make_app(controller)
    async with app.run_test(size=(200, 60), notifications=True) as pilot:
        await quiet(pilot)
        for keys, says in (
            ((), True),  # the main screen
            (("d",), True),
            (("escape", "r"), True),
            (("escape", "w"), True),
            (("escape", "n"), True),
            (("escape", "q"), True),
            (("escape", "c"), True),  # what was copied, in a box
            (("o",), True),
            (("f",), True),
            (("escape", "H"), True),
            (("enter",), True),
            (("escape", "escape", "v"), True),
            (("escape", "y"), True),
        ):
            await pilot.press(*keys)
            await quiet(pilot)
            lines = ["".join(part.text for part in strip) for strip in app.screen._compositor.render_strips()]
            assert [line for line in lines if clean(line) != line] == [], (keys, app.screen)
            assert (MARKUP in "\n".join(lines)) is says, (keys, app.screen)
        assert not [note.message for note in app._notifications if "could not be" in note.message]
