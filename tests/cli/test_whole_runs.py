"""`run --headless` to each of its ends, on a clock that is fast; then `history` and `receipt` of what it has left."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.root import main
from multitool_tui.clock import SystemClock
from multitool_tui.sandbox.server import Sandbox
from tests.support.serving import serving
from tests.support.world import REGION, use_sandbox_credentials

_SPEED = 120.0
_PLAN = ("--strategy", "10%/1m 50%/1m", "--bake-after-promote", "1m")
_LONGEST = 60.0  # seconds of real time


@contextmanager
def world(scenario: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    use_sandbox_credentials(monkeypatch)
    start = time.time()
    with serving(scenario, clock=SystemClock(_SPEED, start)) as sandbox:
        monkeypatch.setattr("multitool_tui.clock.SystemClock", partial(SystemClock, _SPEED, start))
        yield sandbox


def multitool(folder: Path, sandbox: Sandbox, *arguments: str) -> Result:
    result = CliRunner().invoke(
        main, ["--endpoint-url", sandbox.url, "--state-dir", str(folder), "--log-file", str(folder / "log"), *arguments]
    )
    assert "Traceback" not in result.output
    return result


def run(folder: Path, sandbox: Sandbox, *options: str) -> Result:
    return multitool(folder, sandbox, "run", "checkout:live", "--version", "42", "--headless", *_PLAN, *options)


@contextmanager
def once_weighted(sandbox: Sandbox, act: Callable[[], None], weight: float = 0.1) -> Iterator[None]:
    """Do something in another thread when the canary has got this weight."""

    def wait() -> None:
        end = time.monotonic() + _LONGEST
        while sandbox.alias("checkout", "live").weights.get("42") != weight and time.monotonic() < end:
            time.sleep(0.02)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_healthy_version_is_promoted_and_its_record_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world("healthy", monkeypatch) as sandbox:
        ended = run(tmp_path, sandbox)
        assert ended.exit_code == Exit.DONE, ended.output
        assert re.search(r"\d\d:\d\d:\d\d checkout:live .*10%", ended.stdout)
        alias = sandbox.alias("checkout", "live")
        assert (alias.version, dict(alias.weights), alias.description) == ("42", {}, "production")

        [row] = multitool(tmp_path, sandbox, "history", "--json").stdout.splitlines()
        record = json.loads(row)
        assert (record["target"], record["state"], record["canary"]) == ("checkout:live", "promoted", "42")
        assert record["rollout"] in multitool(tmp_path, sandbox, "history").stdout
        for chosen in (("--target", "nothing"), ("--state", "rolled back")):
            assert multitool(tmp_path, sandbox, "history", *chosen, "--json").stdout == ""
            assert "No such rollout" in multitool(tmp_path, sandbox, "history", *chosen).stdout

        lines = multitool(tmp_path, sandbox, "receipt", record["rollout"], "--json").stdout.splitlines()
        decisions = [json.loads(line) for line in lines]
        assert [each["number"] for each in decisions] == list(range(1, len(decisions) + 1))
        assert "promot" in decisions[-1]["action"]
        for number in range(1, len(decisions) + 1):
            again = json.loads(multitool(tmp_path, sandbox, "receipt", record["rollout"], str(number), "--json").stdout)
            assert again["same"], again["difference"]
        assert "comes out the same" in multitool(tmp_path, sandbox, "receipt", record["rollout"], "1").stdout

        for arguments, sentence in (
            (("receipt", "nothing"), "No rollout nothing is on record"),
            (("receipt", record["rollout"], "999"), "has no decision 999"),
        ):
            wrong = multitool(tmp_path, sandbox, *arguments)
            assert (wrong.exit_code, sentence in wrong.stderr) == (Exit.USAGE, True)

        again_run = run(tmp_path, sandbox)
        assert again_run.exit_code == Exit.DONE  # v42 serves already: there is nothing to do
        assert "nothing to do" in again_run.stdout


def test_a_version_that_fails_is_rolled_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world("errors", monkeypatch) as sandbox:
        ended = run(tmp_path, sandbox)
        assert ended.exit_code == Exit.ROLLED_BACK, ended.output
        assert "checkout:live: rolled back." in ended.stderr
        alias = sandbox.alias("checkout", "live")
        assert (alias.version, dict(alias.weights), alias.description) == ("41", {}, "production")


def test_a_deadline_without_a_verdict_is_inconclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world("quiet", monkeypatch) as sandbox:
        ended = run(tmp_path, sandbox, "--deadline", "10m")
        assert ended.exit_code == Exit.INCONCLUSIVE, ended.output


@contextmanager
def another_hand(sandbox: Sandbox, after: float, weight: float) -> Iterator[None]:
    """Somebody gives the canary this weight when it has got that one."""
    client = boto3.Session("x", "y", region_name=REGION).client("lambda", endpoint_url=sandbox.url)
    routing = {"AdditionalVersionWeights": {"42": weight}}
    move = partial(client.update_alias, FunctionName="checkout", Name="live", RoutingConfig=routing)
    with once_weighted(sandbox, move, after):
        yield
    client.close()


def on_alias(sandbox: Sandbox) -> tuple[str, dict[str, float], str]:
    alias = sandbox.alias("checkout", "live")
    return alias.version, dict(alias.weights), alias.description


def test_somebody_elses_change_ends_it_held_until_it_is_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world("healthy", monkeypatch) as sandbox:
        with another_hand(sandbox, 0.1, 0.33):
            ended = run(tmp_path, sandbox)
        assert ended.exit_code == Exit.DRIFT, ended.output
        assert "held" in ended.stderr
        assert on_alias(sandbox)[1] == {"42": 0.33}
        refused = multitool(tmp_path, sandbox, "adopt", "checkout:live")
        assert refused.exit_code == Exit.REFUSED
        assert "`multitool adopt checkout:live --headless` takes it up" in refused.stderr
        moved_on = multitool(tmp_path, sandbox, "adopt", "checkout:live", "--headless", "--seen", "v42@5%")
        assert (moved_on.exit_code, "moved on to 10%" in moved_on.stderr) == (Exit.REFUSED, True)
        assert on_alias(sandbox)[1] == {"42": 0.33}
        adopted = multitool(tmp_path, sandbox, "adopt", "checkout:live", "--headless", "--seen", "v42@10%")
        assert adopted.exit_code == Exit.DONE, adopted.output
        assert "adopted at 33%" in adopted.stdout
        assert on_alias(sandbox) == ("42", {}, "production")


def test_or_restored_or_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world("healthy", monkeypatch) as sandbox:
        with another_hand(sandbox, 0.1, 0.33):
            assert run(tmp_path, sandbox).exit_code == Exit.DRIFT
        with another_hand(sandbox, 0.1, 0.25):
            restored = multitool(tmp_path, sandbox, "restore", "checkout:live", "--headless")
        assert restored.exit_code == Exit.DRIFT, restored.output
        assert "restored" in restored.stdout
        unknown = multitool(tmp_path / "elsewhere", sandbox, "abandon", "checkout:live")
        assert (unknown.exit_code, "was left on this machine" in unknown.stderr) == (Exit.REFUSED, True)
        abandoned = multitool(tmp_path, sandbox, "abandon", "checkout:live")
        assert abandoned.exit_code == Exit.DONE, abandoned.output
        assert on_alias(sandbox) == ("41", {"42": 0.25}, "production")


def test_a_hang_up_rolls_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world("healthy", monkeypatch) as sandbox:
        with once_weighted(sandbox, lambda: os.kill(os.getpid(), signal.SIGHUP)):
            ended = run(tmp_path, sandbox)
        assert ended.exit_code == Exit.ROLLED_BACK_BY_OPERATOR, ended.output
        assert dict(sandbox.alias("checkout", "live").weights) == {}


def test_what_a_signal_leaves_held_another_machine_may_take_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world("healthy", monkeypatch) as sandbox:
        with once_weighted(sandbox, lambda: os.kill(os.getpid(), signal.SIGTERM)):
            ended = run(tmp_path, sandbox, "--on-interrupt", "hold")
        assert ended.exit_code == Exit.INCONCLUSIVE, ended.output
        assert dict(sandbox.alias("checkout", "live").weights) == {"42": 0.1}
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        refused = run(elsewhere, sandbox)
        assert refused.exit_code == Exit.TAKEN, refused.output
        taken = multitool(elsewhere, sandbox, "resume", "checkout:live", "--headless", "--take-over")
        assert taken.exit_code == Exit.DONE, taken.output
