"""Completion in a shell, and the manual page."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.man import manual
from tests.support.terminal import MULTITOOL

MANIFEST = "[rollouts.checkout]\nfunction = 'f'\n[rollouts.cart]\n[groups.chain]\nrollouts = ['checkout']\n"


def _completed(folder: Path, *words: str) -> list[str]:
    asked = {"_MULTITOOL_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    made = subprocess.run(
        [MULTITOOL], env={**os.environ, **asked}, cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    assert made.stderr == ""
    return [line.partition(",")[2] for line in made.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_given_its_script(shell: str) -> None:
    script = subprocess.run([MULTITOOL, "completion", shell], capture_output=True, text=True, check=True, timeout=60)
    assert "_MULTITOOL_COMPLETE" in script.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script.stdout, text=True, check=True, timeout=60)


def test_commands_names_and_strategies_are_completed(tmp_path: Path) -> None:
    (tmp_path / "multitool.toml").write_text(MANIFEST)
    assert _completed(tmp_path, "multitool", "ro") == ["rollback"]
    assert _completed(tmp_path, "multitool", "status", "ch") == ["checkout", "chain"]
    assert "Canary10Percent5Minutes" in _completed(tmp_path, "multitool", "run", "checkout", "--strategy", "C")


@pytest.mark.parametrize("document", [None, "[rollouts", "rollouts = 5", "\x00"])
def test_a_completion_without_a_manifest_is_empty_and_no_error(tmp_path: Path, document: str | None) -> None:
    if document is not None:
        (tmp_path / "multitool.toml").write_text(document)
    assert _completed(tmp_path, "multitool", "status", "ch") == []


def test_the_manual_has_every_command_and_exit_code() -> None:
    page = manual()
    for command in ("run", "status", "rollback", "config check", "doctor keys"):
        assert f"\n.SS {command} " in page
    assert all(f"\n.B {code}\n" in page for code in (0, 1, 2, 3, 4, 10, 11, 12, 13, 14))


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed here")
def test_man_has_nothing_to_complain_of() -> None:
    made = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=manual(), capture_output=True, text=True, check=True, timeout=60
    )
    assert made.stderr == ""
