"""The samples of docs/ci.md, line by line, as the runners of GitHub and GitLab run them: no terminal, and ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from multitool_tui.cli.exits import Exit
from multitool_tui.sandbox.server import Sandbox
from tests.support.documented import ROOT
from tests.support.serving import serving
from tests.support.terminal import MULTITOOL
from tests.support.world import sandbox_environment

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
SAMPLES = dict(re.findall(r"<!-- sample: (\w+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL))
MANIFEST = "[rollouts.checkout]\nfunction = 'checkout'\nalias = 'live'\nstrategy = 'Canary10Percent30Minutes'\n"
NOT_HERE = ("pipx install ", "pip install ", 'echo "$TOKEN"')
"""What a runner of its own needs first: the program is here, and so are credentials."""


@dataclass
class Runner:
    """A machine of a CI: its environment, a checkout with the manifest, no terminal."""

    sandbox: Sandbox
    folder: Path
    environment: dict[str, str]

    def begin(self, script: str) -> subprocess.Popen[str]:
        path = f"{Path(MULTITOOL).parent}:{os.environ['PATH']}"
        state = {"XDG_STATE_HOME": str(self.folder), "HOME": str(self.folder)}
        return subprocess.Popen(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env={
                **sandbox_environment(),
                **self.environment,
                **state,
                "PATH": path,
                "AWS_ENDPOINT_URL": self.sandbox.url,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str) -> str:
        with self.begin(script) as process:
            said = process.communicate(timeout=60)[0]
        assert process.returncode == 0, said
        return said

    def cancel(self, script: str) -> str:
        """Run it until the canary has its weight, and tell it to end; what it said."""
        with self.begin(script) as process:
            try:
                assert process.stdout
                said = ""
                while "raised to 10%" not in said:
                    line = process.stdout.readline()
                    assert line, said
                    said += line
                process.send_signal(signal.SIGTERM)
                said += process.communicate(timeout=60)[0]
            finally:
                process.kill()
        assert process.returncode == Exit.ROLLED_BACK_BY_OPERATOR, said
        return said


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    (tmp_path / "multitool.toml").write_text(MANIFEST)
    with serving() as sandbox:
        yield Runner(sandbox, tmp_path, {"CI": "true", "VERSION": "42"})
        alias = sandbox.alias("checkout", "live")
        assert (alias.version, dict(alias.weights)) == ("41", {})


def _runs(lines: list[str], runner: Runner) -> str:
    """What a job says that is cancelled while it releases; everything before and after ends well."""
    said = ""
    for line in lines:
        if not line.startswith(NOT_HERE):
            said += runner.cancel(line) if "--headless" in line else runner.run(line)
    assert "\x1b" not in said
    assert "Traceback" not in said
    return said


def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(SAMPLES[name])
    return document


@pytest.mark.long
def test_the_job_of_github(runner: Runner) -> None:
    job = _document("github")["jobs"]["release"]
    summary = runner.folder / "summary.md"
    runner.environment |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    assert job["env"] == {"VERSION": "${{ inputs.version }}"}
    said = _runs([step["run"] for step in job["steps"] if "run" in step], runner)
    assert "::error title=MultiTool%3A exit code 11::" in said
    assert "rolled back" in summary.read_text()


@pytest.mark.long
def test_the_job_of_gitlab(runner: Runner) -> None:
    job = _document("gitlab")["release checkout"]
    runner.environment |= {"GITLAB_CI": "true"}
    said = _runs([*job["before_script"], *job["script"], *job["after_script"]], runner)
    assert "multitool.toml is in order" in said
    assert "SIGTERM ended its driver" in said


def test_what_is_written_as_yaml_is_yaml() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            assert yaml.compose(block) is not None, page.name
