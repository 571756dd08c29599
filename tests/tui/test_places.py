"""Several sessions side by side: one table, and every key acts in the account of its row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multitool_tui.aws.resources import Caller
from multitool_tui.cli.exits import Failure
from multitool_tui.cli.options import Globals
from multitool_tui.cli.screen import _sessions
from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import Pause, RollBack
from multitool_tui.controller.places import Places
from multitool_tui.controller.port import ConnectFailed, Controller
from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.tui.app import MultiToolApp
from multitool_tui.tui.messages import PlaceAsked, SnapshotArrived
from multitool_tui.tui.screens.fleet import FleetScreen, FleetTable
from multitool_tui.tui.screens.quit import QuitScreen
from multitool_tui.tui.widgets.bars import Header

from .fake import FakeController, connecting_to
from .pictures import MIDDLE, SMALL, Compare, pressing, quiet
from .scenes import NOW, grouped, idle, live, mid_canary, rollout, snapshot

ELSEWHERE = Caller("210987654321", "arn:aws:iam::210987654321:user/dev", "us-east-1", "blue")


def there(*ids: str) -> Snapshot:
    """Another account, with a rollout on the very target that the first has one on."""
    return snapshot(*(live(rollout(id=one)) for one in ids), caller=ELSEWHERE)


async def _nothing() -> Controller:
    raise ConnectFailed("The profile gone could not be found: choose another with --profile.")


def beside(*controllers: FakeController, broken: bool = True) -> Places:
    names = ("prod", "blue@us-east-1", "third")
    sessions = {name: connecting_to(one) for name, one in zip(names, controllers, strict=False)}
    return Places({**sessions, **({"gone": _nothing} if broken else {})}, ManualClock(NOW))


def app_of(places: Places) -> MultiToolApp:
    async def connect() -> Controller:
        await places.connect()
        return places

    return MultiToolApp(connect, clock=places.clock, ascii_only=False)


@pytest.mark.parametrize("size", [SMALL, MIDDLE], ids=["80x24", "120x40"])
def test_the_fleet_of_several_sessions(size: tuple[int, int], snap_compare: Compare) -> None:
    places = beside(FakeController(mid_canary()), FakeController(there("r-20260105-1352")))
    assert snap_compare(app_of(places), terminal_size=size, run_before=pressing("f", "s"))


async def test_a_key_acts_in_the_account_of_its_row_though_both_rollouts_have_one_name() -> None:
    here, other = FakeController(mid_canary()), FakeController(there("r-20260105-1352"))
    app = app_of(beside(here, other))
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        await pilot.press("f", "s")
        table = app.screen.query_one(FleetTable)
        rows = [(row.place, row.target) for row in table.found.rows]
        assert rows[0] == ("gone", "")
        at = {row: number for number, row in enumerate(rows)}
        table.go(at["blue@us-east-1", "checkout:live"])
        await quiet(pilot)
        assert app.scene is not None
        assert app.scene.snapshot is not None
        assert app.scene.snapshot.caller == ELSEWHERE
        await pilot.press("r", "enter", "space")
        await quiet(pilot)
        assert [type(command) for command in other.commands] == [RollBack, Pause]
        assert here.commands == []
        table.go(at["prod", "checkout:live"])
        await quiet(pilot)
        await pilot.press("r", "enter")
        await quiet(pilot)
        assert [type(command) for command in here.commands] == [RollBack]
        assert here.looks[-1] == other.looks[-1] == "checkout:live"


async def test_the_main_screen_turns_from_session_to_session() -> None:
    app = app_of(beside(FakeController(mid_canary()), FakeController(replace(idle(), caller=ELSEWHERE))))
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        header = app.screen.query_one(Header)
        said = ["".join(span.text for span in header._lines[0])]
        for _ in range(2):
            await pilot.press("at")
            await quiet(pilot)
            said.append("".join(span.text for span in header._lines[0]))
        assert ["123456789012" in one for one in said] == [True, False, True]
        assert "210987654321 · us-east-1 · 2 of 3" in said[1]


async def test_a_session_that_cannot_be_had_says_why_and_is_tried_again() -> None:
    tries: list[str] = []

    async def at_last() -> Controller:
        tries.append("tried")
        if len(tries) == 1:
            return await _nothing()
        return FakeController(replace(idle(), caller=ELSEWHERE))

    places = Places({"prod": connecting_to(FakeController(idle())), "gone": at_last}, ManualClock(NOW))
    app = app_of(places)
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        await pilot.press("f", "home")
        await quiet(pilot)
        assert "could not be found" in app.export_screenshot().replace("&#160;", " ")
        await pilot.press("r", "p", "enter")
        assert isinstance(app.screen, FleetScreen)
        await pilot.press("R")
        await quiet(pilot)
        assert len(tries) == 2
        assert [place.error for place in places.snapshot.places] == ["", ""]


async def test_quitting_asks_for_the_rollouts_of_all_sessions_and_rolls_each_back_where_it_is() -> None:
    here, other = FakeController(mid_canary()), FakeController(there("r-20260105-1352"))
    app = app_of(beside(here, other, broken=False))
    async with app.run_test(size=SMALL) as pilot:
        await quiet(pilot)
        await pilot.press("q")
        await quiet(pilot)
        assert isinstance(app.screen, QuitScreen)
        app.screen.query_one("#roll-back").press()  # type: ignore[attr-defined]
        await quiet(pilot)
        assert [len(one.commands) for one in (here, other)] == [1, 1]


async def test_a_group_is_rolled_back_in_the_session_of_its_row() -> None:
    here, other = FakeController(grouped()), FakeController(replace(grouped(None), caller=ELSEWHERE))
    app = app_of(beside(here, other, broken=False))
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        await pilot.press("f", "home", "down")
        await quiet(pilot)
        await pilot.press("r")
        await quiet(pilot)
        await pilot.press("enter")
        await quiet(pilot)
        assert here.groups.taken_back == []
        assert [name for name, _ in other.groups.taken_back] == ["shop"]


async def test_the_first_that_can_be_had_is_shown_and_none_at_all_is_said() -> None:
    places = Places({"gone": _nothing, "prod": connecting_to(FakeController(idle()))}, ManualClock(NOW))
    await places.connect()
    assert places.snapshot.place == "prod"
    assert places.snapshot.places[0].error.startswith("The profile gone")
    with pytest.raises(ConnectFailed, match="profile gone"):
        await Places({"gone": _nothing, "lost": _nothing}, ManualClock(NOW)).connect()


async def test_a_session_of_no_use_leaves_its_place_to_another() -> None:
    first = FakeController(idle())
    places = beside(first, FakeController(replace(idle(), caller=ELSEWHERE)), broken=False)
    await places.connect()
    heard: list[Snapshot] = []
    places.subscribe(heard.append)
    first.push(replace(idle(), fatal="The token has expired: log in again."))
    assert heard[-1].fatal is None
    assert heard[-1].place == "blue@us-east-1"
    assert heard[-1].places[0].error == "The token has expired: log in again."
    await places.close()
    assert first.closed


def test_sessions_have_the_names_they_were_asked_for_by_and_none_comes_twice() -> None:
    options = Globals("prod", "eu-west-1", None, False, None, None, None)
    made = _sessions(options, ("@us-east-1", "blue", "blue@us-east-1"))
    assert list(made) == ["prod@eu-west-1", "prod@us-east-1", "blue", "blue@us-east-1"]
    assert [(one.profile, one.region) for one in made.values()][2:] == [("blue", None), ("blue", "us-east-1")]
    for wrong in ("", "@", "@eu-west-1", "prod@eu-west-1"):
        with pytest.raises(Failure, match="no session beside the others"):
            _sessions(options, (wrong,))


async def test_what_is_on_its_way_from_a_session_that_one_has_left_is_not_shown() -> None:
    places = beside(FakeController(mid_canary()), FakeController(there("r-20260105-1352")), broken=False)
    app, shown = app_of(places), list[str]()
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)

        def seen() -> None:
            assert app.scene is not None
            assert app.scene.snapshot is not None
            shown.append(app.scene.snapshot.place)

        app.watch(app, "scene", seen, init=False)
        late = places.snapshot
        app.post_message(PlaceAsked("blue@us-east-1"))
        app.post_message(SnapshotArrived(late))
        await quiet(pilot)
        assert set(shown) == {"blue@us-east-1"}
