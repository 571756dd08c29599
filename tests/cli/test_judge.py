"""`multitool judge` as a whole: a line for a line, at once; which plan; nothing heavy; a quiet end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from tests.stream.test_stream import HISTORY, minute
from tests.support.terminal import MULTITOOL

MANIFEST = """
[rollouts.checkout]
function = "checkout"
alias = "live"
steps = [{ weight = 20, bake = "2m" }]
"""
SECOND = MANIFEST.replace("checkout", "search").replace("20", "30")


def judged(*arguments: str, lines: list[bytes] = HISTORY) -> Result:
    return CliRunner().invoke(main, ["judge", *arguments], input=b"\n".join(lines) + b"\n")


def first_weight(result: Result) -> float:
    assert result.exit_code == 0, result.output
    weight: float = json.loads(result.stdout.splitlines()[-1])["weight"]
    return weight


@contextmanager
def running() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [MULTITOOL, "judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_each_line_is_answered_before_the_next_one_is_written() -> None:
    """A closed loop: the weight of an answer is the weight of the next minute."""
    with running() as process:
        assert process.stdin
        assert process.stdout

        def ask(line: bytes) -> dict[str, object]:
            assert process.stdin
            assert process.stdout
            process.stdin.write(line + b"\n")
            process.stdin.flush()
            answer: dict[str, object] = json.loads(process.stdout.readline())
            return answer

        assert ask(b'{"rollout": "checkout"}') == {"rollout": "checkout"}
        weight = 0.0
        for line in HISTORY:
            weight = float(str(ask(line)["weight"]))
        assert ask(b"\xff")["line"] == len(HISTORY) + 2
        weights = [weight]
        for number in range(60):
            answer = ask(minute(30 + number, weights[-1], (1, 0)))
            weights.append(float(str(answer["weight"])))
            if answer["action"] == "promote":
                break
        assert weights[-1] == 1.0
        assert sorted(weights) == weights
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_a_last_line_without_its_end_is_a_line() -> None:
    result = CliRunner().invoke(main, ["judge"], input=HISTORY[0] + b"\n" + HISTORY[1])
    assert len(result.stdout.splitlines()) == 2


def test_a_line_that_is_too_long_is_one_error_and_the_stream_goes_on() -> None:
    result = judged(lines=[HISTORY[0], b" " * 1_000_000, b"x" * 65_536, b"x" * 65_537, HISTORY[1]])
    first, *long, last = map(json.loads, result.stdout.splitlines())
    assert "error" not in first | last
    assert [answer["error"].split(":")[0].rstrip(".") for answer in long] == [
        "The line is longer than 65,536 bytes",
        "The line is not JSON",
        "The line is longer than 65,536 bytes",
    ]


def test_the_default_is_adaptive() -> None:
    assert judged().stdout == judged("--strategy", "adaptive").stdout


def test_a_strategy_is_a_name_or_steps() -> None:
    assert first_weight(judged("--strategy", "Canary10Percent5Minutes")) == 0.1
    assert first_weight(judged("--strategy", "3%/5m 50%/5m")) == 0.03


def test_a_plan_is_a_manifests_only_rollout(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(MANIFEST)
    assert first_weight(judged("--plan", str(tmp_path / "one.toml"))) == 0.2


def test_of_several_rollouts_one_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "two.toml").write_text(MANIFEST + SECOND)
    assert first_weight(judged("--plan", str(tmp_path / "two.toml"), "--rollout", "search")) == 0.3


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--strategy", "fast"], "no strategy is called 'fast'"),
        (["--strategy", "5%/soon"], "'soon' is not a duration"),
        (["--strategy", "adaptive", "--plan", "two.toml"], "--plan and --strategy exclude each other."),
        (["--rollout", "search"], "give the manifest with --plan."),
        (["--plan", "two.toml"], "two.toml has 2 rollouts (checkout, search): choose one with --rollout."),
        (["--plan", "two.toml", "--rollout", "x"], "two.toml has no rollout 'x': there is checkout, search."),
        (["--plan", "none.toml"], "multitool: none.toml cannot be read: No such file or directory."),
        (["--plan", "bad.toml"], "multitool: bad.toml, line 1: "),
        (["--plan", "empty.toml", "--rollout", "x"], "empty.toml has no rollouts."),
    ],
)
def test_a_plan_that_cannot_be_used_is_one_sentence(
    arguments: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(MANIFEST + SECOND)
    Path("bad.toml").write_text("rollout = 1")
    Path("empty.toml").write_text("[rollouts]")
    result = judged(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert sentence in result.stderr


def test_ctrl_c_ends_quietly() -> None:
    with running() as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(HISTORY[0] + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_a_reader_that_goes_away_ends_quietly() -> None:
    with running() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(b"\n".join(HISTORY))
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


PROBE = """
import sys
from multitool_tui.cli import main
sys.argv = ["multitool", "judge", *{arguments}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("|".join(sorted(sys.modules)))
"""
HEAVY = {"numpy", "scipy", "textual", "rich", "boto3", "botocore", "aiobotocore", "aiohttp"}


def modules_of_judge(arguments: list[str]) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=arguments)],
        input=b"\n".join([*HISTORY, minute(30, 0.1)]),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return set(run.stdout.decode().splitlines()[-1].split("|"))


def test_judging_loads_nothing_heavy_and_the_manifest_only_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(MANIFEST)
    loaded = modules_of_judge([])
    assert "multitool_tui.judgement.engine" in loaded
    assert "multitool_tui.config" not in loaded
    assert "multitool_tui.config" in modules_of_judge(["--plan", str(tmp_path / "one.toml")])
    assert not loaded & HEAVY
