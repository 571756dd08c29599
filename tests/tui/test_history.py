"""Past rollouts, one of them as it was, and a replay: driven by keys."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Button, Static

from multitool_tui.controller.film import Film
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.messages import HistoryAsked
from multitool_tui.tui.screens.form import FormScreen
from multitool_tui.tui.screens.history import HistoryScreen, HistoryTable
from multitool_tui.tui.screens.main import MainScreen
from multitool_tui.tui.screens.past import PastScreen
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import width_of

from .fake import FakeArchive, FakeController, make_app
from .pictures import MIDDLE, SMALL, Compare, pressing, quiet
from .reels import reel, rows
from .scenes import fleet, judged_for_minutes, mid_canary


def controller(archive: FakeArchive) -> FakeController:
    return FakeController(mid_canary(), archive=archive)


def shown(app: MultiToolApp) -> type:
    """The kind of screen that is on top."""
    return type(app.screen)


def said(table: HistoryTable) -> str:
    lines = (table.line_at(number) for number in range(5))
    return " ".join("".join(span.text for span in line) for line in lines if line)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_the_history(size: tuple[int, int], snap_compare: Compare) -> None:
    app = make_app(controller(FakeArchive(rows(9))))
    assert snap_compare(app, terminal_size=size, run_before=pressing("H", "down"))


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_a_rollout_as_it_was(size: tuple[int, int], snap_compare: Compare) -> None:
    app = make_app(controller(FakeArchive(rows(1), reel())))
    assert snap_compare(app, terminal_size=size, run_before=pressing("H", "enter", "home", "right", "right"))


async def test_the_slider_goes_by_one_and_by_ten_and_knows_nothing_of_what_comes_later() -> None:
    film = reel(bad=False)
    last = len(film.frames) - 1
    app = make_app(controller(FakeArchive(rows(3), film)))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H", "enter")
        await quiet(pilot)
        screen = app.screen
        assert isinstance(screen, PastScreen)
        far = max(0, last - 10)
        keys = {"home": 0, "left": 0, "right": 1, "end": last, "shift+left": far, "shift+right": last}
        for key, there in keys.items():
            await pilot.press(key)
            assert screen.number == there
        assert screen.scene.now == film.frames[screen.number].at
        assert screen.scene.traffic is not None
        assert all(minute.start < screen.scene.now for minute in screen.scene.traffic.minutes)
        await pilot.press("z")
        assert screen.has_class("-zoom")
        await pilot.press("escape", "escape")
        assert shown(app) is HistoryScreen
        await pilot.press("escape")
        assert shown(app) is MainScreen


class LatePast(PastScreen):
    """One that has nothing on it yet, until it may."""

    def __init__(self, film: Film, scene: Scene) -> None:
        super().__init__(film, scene)
        self.may = asyncio.Event()

    async def on_compose(self) -> None:
        await self.may.wait()


@pytest.mark.parametrize("action", ["go(-1)", "zoom", "back"])
async def test_a_key_that_is_quicker_than_the_screen_it_is_meant_for_waits_for_that(action: str) -> None:
    app = make_app(controller(FakeArchive(rows(1), reel())))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        assert app.scene is not None
        screen = LatePast(reel(), app.scene)
        app.push_screen(screen)
        # As Textual does with a binding of what is on top.
        pressed = asyncio.create_task(app.run_action(action, screen))
        for _ in range(100):  # whatever would be done with it now
            await asyncio.sleep(0)
        screen.may.set()
        await pressed
        await quiet(pilot)
        assert {
            "go(-1)": screen.number == len(reel().frames) - 2,
            "zoom": screen.has_class("-zoom"),
            "back": shown(app) is MainScreen,
        }[action]


async def test_a_rollout_of_one_minute_can_be_opened() -> None:
    app = make_app(controller(FakeArchive(rows(1), reel(24))))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H", "enter")
        await quiet(pilot)
        assert isinstance(app.screen, PastScreen)
        await pilot.press("left", "right", "home", "end")
        assert app.screen.number == 0


async def test_nothing_new_changes_what_was() -> None:
    played = controller(FakeArchive(rows(1), reel()))
    app = make_app(played)
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H", "enter")
        await quiet(pilot)
        before = app.export_screenshot()
        played.push(judged_for_minutes())
        await quiet(pilot)
        assert app.export_screenshot() == before


async def test_the_history_opens_on_the_newest_again_whatever_has_changed_meanwhile() -> None:
    archive = FakeArchive(rows(50))
    played = controller(archive)
    app = make_app(played)
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        await pilot.press("H", "end")
        await quiet(pilot)
        screen = app.screen
        await pilot.press("escape")
        await quiet(pilot)
        assert shown(app) is MainScreen
        archive.rows = rows(55)
        played.push(judged_for_minutes())
        await pilot.resize_terminal(*SMALL)
        await quiet(pilot)
        await pilot.press("H")
        await quiet(pilot)
        assert app.screen is screen
        table = screen.query_one(HistoryTable)
        assert table.row is not None
        assert (table.row.key, table.row_count, table.scroll_offset.y, table.complete) == (55, 55, 0, True)
        assert screen.query_one("#keys").size.width == SMALL[0]
        assert str(screen.query_one("#fleet-pane").border_title).endswith("55 rollouts")


async def test_a_quick_hand_opens_the_history_once() -> None:
    app = make_app(controller(FakeArchive(rows(1))))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        app.post_message(HistoryAsked())
        app.post_message(HistoryAsked())
        await quiet(pilot)
        assert [type(screen) for screen in app.screen_stack].count(HistoryScreen) == 1


async def test_the_history_is_filtered_by_words_keys_and_what_is_left_out() -> None:
    app = make_app(controller(FakeArchive(rows(12))))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H", "slash", *"state:rolled !service", "enter")
        table = app.screen.query_one(HistoryTable)
        assert [row.key for row in table.found] == [7, 1]
        await pilot.press("escape")
        assert table.row_count == 12
        assert shown(app) is HistoryScreen


async def test_two_thousand_rollouts_are_read_page_by_page_and_cost_a_screenful() -> None:
    archive = FakeArchive(rows(2000))
    app = make_app(controller(archive))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H")
        await quiet(pilot)
        table = app.screen.query_one(HistoryTable)
        assert archive.pages[:3] == [None, 1801, 1601]
        assert table.complete
        assert table.row_count == 2000
        await pilot.press("end")
        assert table.row is not None
        assert table.row.key == 1
        assert width_of(table.line_at(1999)) <= 80


async def test_an_empty_journal_says_so() -> None:
    app = make_app(controller(FakeArchive()))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H")
        await quiet(pilot)
        assert said(app.screen.query_one(HistoryTable)) == "No rollout is on record on this machine yet."
        await pilot.press("enter", "W", "end", "escape")
        assert shown(app) is MainScreen


async def test_a_journal_that_cannot_be_read_says_why() -> None:
    why = "The journal /x/journal.db is damaged (malformed): move it away to begin a new one."
    app = make_app(controller(FakeArchive(refusal=why)))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("H")
        await quiet(pilot)
        assert said(app.screen.query_one(HistoryTable)) == why


async def test_a_replay_is_asked_for_refused_and_shown() -> None:
    archive = FakeArchive(rows(1), reel())
    app = make_app(controller(archive))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("W")
        await quiet(pilot)
        form = app.screen
        assert isinstance(form, FormScreen)
        archive.refusal = "v42 served nothing through checkout:live in this stretch."
        form.query_one("#confirm", Button).press()
        await quiet(pilot)
        assert str(form.query_one("#said", Static).content) == archive.refusal
        archive.refusal = ""
        form.query_one("#confirm", Button).press()
        await quiet(pilot)
        assert shown(app) is PastScreen
        assert archive.replayed == [("checkout:live", {"from": "3h", "to": "0s"})] * 2


async def test_a_rollout_of_another_region_is_shown_but_not_replayed_from_here() -> None:
    archive = FakeArchive(rows(1, "123456789012/us-east-1"), reel())
    app = make_app(FakeController(fleet(), archive=archive))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("f", "H", "W")
        await pilot.pause()
        assert shown(app) is HistoryScreen
        assert [note.message for note in app._notifications] == [
            "That rollout was in 123456789012/us-east-1: start MultiTool there to replay it."
        ]
        await pilot.press("enter")
        await quiet(pilot)
        assert shown(app) is PastScreen
