"""What goes over the socket between two processes, whatever is sent; and a screen beside a process that drives."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.clock import ManualClock
from multitool_tui.controller import commands
from multitool_tui.controller.neighbours import watch
from multitool_tui.controller.neighbours.door import Door, hello
from multitool_tui.controller.neighbours.messages import LONGEST_REQUEST, Hello, News, Order, read_request, write_line
from multitool_tui.controller.neighbours.peer import Unheard, doors, visit
from multitool_tui.controller.port import CommandRefused, Taken
from multitool_tui.journal.codec import Unreadable
from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from tests.support.waiting import until
from tests.support.world import REGION, START, World, screen

NEWS = News(datetime(2026, 1, 5, tzinfo=UTC), "1/eu-west-1")
SEEN = Seen("checkout-live-20260105T100000", 0.1, "42")

_SEEN = st.builds(Seen, st.text(), st.floats(0, 1), st.text())
_COMMANDS = st.one_of(
    st.builds(commands.Promote, seen=_SEEN, without_evidence=st.booleans()),
    st.builds(commands.RollBack, seen=_SEEN, reason=st.text()),
    st.builds(commands.SetWeight, seen=_SEEN, weight=st.floats(0, 1)),
    *(
        st.builds(kind, seen=_SEEN)
        for kind in (
            commands.Pause,
            commands.Resume,
            commands.PassGate,
            commands.Adopt,
            commands.Restore,
            commands.Abandon,
        )
    ),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["RollBack", "news", "Start"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["do", "ask", "command", "seen", "actor"]) | st.text(max_size=5), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(_COMMANDS, st.text(max_size=200))
def test_every_command_comes_over_as_it_was_given(command: commands.Promote, actor: str) -> None:
    line = write_line(Order(command, actor))
    assert line.count(b"\n") == 1
    assert read_request(line) == Order(command, actor)


@given(_JSON.map(lambda value: json.dumps(value).encode()) | st.binary())
def test_any_line_is_a_request_or_is_none(line: bytes) -> None:
    try:
        request = read_request(line)
    except Unreadable:
        return
    assert request in ("news", "follow") or isinstance(request, Order)


def test_no_rollout_can_be_started_or_taken_over_through_the_door() -> None:
    for name in ("Start", "TakeOver"):
        with pytest.raises(Unreadable):
            read_request(json.dumps({"do": name, "command": {}, "actor": ""}).encode())


async def _obey(order: Order) -> str:
    match order.command:
        case commands.RollBack(reason="taken"):
            raise Taken("Another driver has it.")
        case commands.RollBack(reason="bug"):
            raise ZeroDivisionError
        case commands.RollBack():
            return order.command.seen.rollout
        case _:
            raise CommandRefused("No.")


@asynccontextmanager
async def door(folder: Path) -> AsyncIterator[Path]:
    opened = Door(folder, hello("9", "ann@laptop"), lambda: NEWS, _obey)
    await opened.open()
    try:
        [path] = doors(folder)
        yield path
    finally:
        await opened.close()
        assert doors(folder) == []


async def test_only_its_user_may_open_the_door(tmp_path: Path) -> None:
    async with door(tmp_path) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_nonsense_is_answered_and_does_not_end_the_conversation(tmp_path: Path) -> None:
    async with door(tmp_path) as path:
        reader, writer = await asyncio.open_unix_connection(path)
        assert json.loads(await reader.readline())["multitool"] == 1
        for line in (b"\xff\n", b"[]\n", b'{"ask":"all"}\n', b"[" * 50_000 + b"\n", b'{"do":"Start","command":{}}\n'):
            writer.write(line)
            assert "error" in json.loads(await reader.readline())
        writer.write(b'{"ask":"news"}\n')
        assert json.loads(await reader.readline())["place"] == "1/eu-west-1"
        writer.write(b"x" * (3 * LONGEST_REQUEST))
        assert await reader.read() == b""
        writer.close()
        async with visit(path) as peer:
            assert await peer.news() == NEWS


async def test_a_commands_outcome_comes_back(tmp_path: Path) -> None:
    async with door(tmp_path) as path, visit(path) as peer:
        assert await peer.tell(Order(commands.RollBack(seen=SEEN), "ann")) == SEEN.rollout
        with pytest.raises(Taken, match="Another driver has it"):
            await peer.tell(Order(commands.RollBack(seen=SEEN, reason="taken"), "ann"))
        with pytest.raises(CommandRefused, match="ZeroDivisionError"):
            await peer.tell(Order(commands.RollBack(seen=SEEN, reason="bug"), "ann"))
        with pytest.raises(CommandRefused, match="No"):
            await peer.tell(Order(commands.Pause(seen=SEEN), "ann"))


async def test_a_folder_with_a_long_name_has_a_door_as_well(tmp_path: Path) -> None:
    async with door(tmp_path / ("x" * 120)) as path:
        assert path.is_symlink()
        async with visit(path) as peer:
            assert await peer.news() == NEWS


async def test_a_process_of_another_protocol_is_named(tmp_path: Path) -> None:
    other = Door(tmp_path, Hello(2, "99.0", 1, "ann"), lambda: NEWS, _obey)
    await other.open()
    [path] = doors(tmp_path)
    with pytest.raises(Unheard, match=r"MultiTool 99\.0"):
        async with visit(path):
            pass
    await other.close()


@asynccontextmanager
async def beside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[World, World]]:
    """A process that drives, and a screen on the same machine."""
    monkeypatch.setattr(watch, "_PAUSE", 0)
    monkeypatch.setattr("multitool_tui.controller.neighbours.door._PAUSE", 0)
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock, seed=1, region=REGION) as sandbox,
        screen(sandbox, clock, folder, actor="ci@runner") as driving,
        screen(sandbox, clock, folder, for_a_screen=True) as looking,
    ):
        yield driving, looking


async def test_a_screen_shows_and_steers_what_another_process_drives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with beside(tmp_path, monkeypatch) as (driving, looking):
        await driving.start("10%/20m 50%/20m")
        await driving.run_until(lambda: driving.live.rollout.weight == 0.1)
        await until(lambda: bool(looking.supervisor.snapshot.rollouts), "seen by the other")
        await until(lambda: looking.live.rollout.weight == 0.1, "the weight seen by the other")
        assert looking.live.elsewhere
        assert looking.live.elsewhere.near
        assert looking.live.driven_far_away is None
        await looking.supervisor.obey(commands.Pause(seen=looking.seen))
        assert driving.state is State.PAUSED
        assert driving.live.rollout.actor == "dev@laptop"
        await until(lambda: looking.state is State.PAUSED, "the pause seen by the other")
        assert any(entry.action == "paused at 10%" for entry in looking.supervisor.snapshot.entries)
        await looking.supervisor.obey(commands.RollBack(seen=looking.seen))
        await driving.run_until(lambda: driving.state is State.ROLLED_BACK)
        await driving.supervisor.close()
        await until(lambda: looking.state is State.ROLLED_BACK, "the end seen by the other")
