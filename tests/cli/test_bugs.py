"""A bug of ours ends a command with one sentence; the log file has the details."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.root import main


def test_a_bug_is_one_sentence_and_its_details_are_in_the_log_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprise(*_: object) -> None:
        raise ZeroDivisionError("a surprise")

    monkeypatch.setattr("multitool_tui.cli.history.open_journal", surprise)
    log = tmp_path / "log"
    ended = CliRunner().invoke(main, ["--log-file", str(log), "--state-dir", str(tmp_path), "history"])
    assert ended.exit_code == Exit.BUG
    assert ended.output == "multitool: A bug of ours (ZeroDivisionError); the log file has the details.\n"
    assert "ZeroDivisionError: a surprise" in log.read_text()
