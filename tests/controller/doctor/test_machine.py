"""What the doctor finds of the machine: journal, manifest, terminal."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from multitool_tui.clock import ManualClock
from multitool_tui.controller.doctor import machine
from multitool_tui.controller.doctor.finding import Finding, Health
from multitool_tui.controller.doctor.terminal import Terminal, look
from multitool_tui.journal import store
from multitool_tui.journal.schema import VERSION
from multitool_tui.journal.store import FILE, Journal
from tests.controller.doctor.support import a_subject
from tests.support.world import START


async def journal(folder: Path) -> Finding:
    async with a_subject("", ManualClock(START), folder=folder) as subject:
        [row] = await machine.journal(subject)
    return row


async def manifest(file: Path | None) -> Finding:
    async with a_subject("", ManualClock(START), manifest=file) as subject:
        [row] = await machine.manifest(subject)
    return row


async def test_a_journal_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    row = await journal(tmp_path / "state")
    assert row.health is Health.OK
    assert not (tmp_path / "state").exists()


async def test_a_journal_that_works(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    row = await journal(tmp_path)
    assert row.health is Health.OK
    assert f"opens and can be written: schema {VERSION}, no rollout yet" in row.sentence
    assert row.facts["rollouts"] == 0


async def test_a_journal_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.0)
    Journal.open(tmp_path).close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        row = await journal(tmp_path)
    finally:
        other.close()
    assert row.health is Health.FAILED
    assert "is locked by another process" in row.sentence


async def test_a_journal_that_is_damaged_or_newer(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, " * 400)
    assert "is damaged" in (await journal(tmp_path)).sentence
    (tmp_path / FILE).unlink()
    Journal.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    row = await journal(tmp_path)
    assert row.health is Health.FAILED
    assert "newer MultiTool" in row.sentence


async def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    row = await journal(tmp_path / "state")
    assert row.health is Health.FAILED
    assert "none can be made" in row.sentence


async def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal.open(tmp_path).close()
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 5_000_000}))
    row = await journal(tmp_path)
    assert row.health is Health.WARNING
    assert "only 5 MB are free" in row.sentence


async def test_the_manifest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "multitool.toml"
    assert (await manifest(None)).health is Health.OK
    file.write_text('[rollouts.checkout]\nfunction = "checkout"\nalias = "live"\n')
    assert (await manifest(file)).sentence == f"{file} is right: checkout."
    file.write_text("[rollouts.checkout]\nfuntcion = 1\n")
    row = await manifest(file)
    assert row.health is Health.FAILED
    assert "funtcion" in row.sentence


FULL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TERM_PROGRAM": "ghostty"}


@pytest.mark.parametrize(
    ("terminal", "health", "says"),
    [
        (Terminal((80, 24), "UTF-8", FULL), Health.OK, "80x24, 16.7 million colours, Unicode."),
        (Terminal((80, 24), "utf8", FULL | {"NO_COLOR": "1"}), Health.OK, "80x24, no colours, Unicode."),
        (Terminal((80, 24), "utf-8", {"TERM": "linux"}), Health.OK, "16 colours"),
        (Terminal((79, 24), "utf-8", FULL), Health.WARNING, "79x24"),
        (Terminal((80, 24), "ascii", FULL), Health.WARNING, "ascii: ASCII is drawn"),
        (Terminal((80, 24), "utf-8", {}), Health.FAILED, "no colours"),
        (Terminal(None, "utf-8", FULL), Health.OK, "is no terminal"),
    ],
)
def test_the_terminal(terminal: Terminal, health: Health, says: str) -> None:
    row = look(terminal)[0]
    assert row.health is health
    assert says in row.sentence
    assert bool(row.todo) is (health is not Health.OK)


@pytest.mark.parametrize(
    ("environment", "tmux", "works"),
    [
        (FULL, None, True),
        ({"TERM": "xterm"}, None, None),
        ({"TERM": "xterm", "TERM_PROGRAM": "Apple_Terminal"}, None, False),
        ({"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, None, True),
        ({"TERM": "screen.xterm"}, None, False),
        (FULL | {"TMUX": "/tmp/x"}, "on", True),
        (FULL | {"TMUX": "/tmp/x"}, "external", False),
        (FULL | {"TMUX": "/tmp/x"}, None, None),
    ],
)
def test_the_clipboard(environment: dict[str, str], tmux: str | None, *, works: bool | None) -> None:
    row = look(Terminal((80, 24), "utf-8", environment, tmux))[1]
    assert row.facts == {"osc52": works}
    assert (row.health is Health.WARNING) is (works is False)
    assert bool(row.todo) is (works is False)
