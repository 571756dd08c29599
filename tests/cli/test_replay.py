"""`multitool replay`: of a file, of standard input, of CloudWatch; as text, as JSON lines, as a chart."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from tests.stream.test_stream import HISTORY, minute
from tests.support.world import START, World, use_sandbox_credentials, world

BAD = [*HISTORY, *(minute(30 + number, 0.1, (1, 12 if number > 1 else 0)) for number in range(9))]
GOOD = [*HISTORY, *(minute(30 + number, 0.25) for number in range(40))]


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)


def replayed(*arguments: str, lines: list[bytes] | None = None, before: tuple[str, ...] = ()) -> Result:
    given = b"".join(line + b"\n" for line in lines or [])
    return CliRunner().invoke(main, [*before, "replay", *arguments], input=given)


def said(*arguments: str, lines: list[bytes] | None = None) -> list[str]:
    result = replayed(*arguments, lines=lines)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return result.stdout.splitlines()


def test_text_is_a_table_that_ends_with_the_decision() -> None:
    lines = said("-", lines=BAD)
    assert lines[:2] == ["standard input, strategy adaptive", "History: 30 minutes, 18,000 requests, 0.17% failed."]
    assert any(line.startswith("10:3") and line.endswith("harmful   roll back") for line in lines)
    assert any("of the canary's" in line and "requests failed" in line for line in lines)
    assert lines[-2].endswith("changed nothing of it.")


def test_no_line_is_wider_than_a_terminal() -> None:
    busy = [
        json.dumps(
            {
                "minute": f"{START + number * timedelta(seconds=10):%Y-%m-%dT%H:%M:%S}Z",
                "weight": 0.1234,
                "baseline": {"invocations": 10**12, "errors": 10**9 - number},
                "canary": {"invocations": 10**11, "errors": 10**8},
            }
        ).encode()
        for number in range(1, 100)
    ]
    for form in ([], ["--chart"]):
        assert max(len(line) for line in said("-", *form, lines=busy)) <= 80 + 3  # seconds widen a table


def test_a_file_says_the_same_as_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "minutes.jsonl"
    file.write_bytes(b"\n".join(GOOD))
    assert said(str(file))[1:] == said("-", lines=GOOD)[1:]


def test_a_plan_may_be_another() -> None:
    adaptive, canary = said("-", lines=GOOD), said("-", "--strategy", "Canary10Percent5Minutes", lines=GOOD)
    assert canary[0] == "standard input, strategy Canary10Percent5Minutes"
    assert len(canary) < len(adaptive)


def test_json_is_what_judge_answers() -> None:
    lines = [b'{"rollout": "again"}', *BAD, b'{"rollout": "again"}', *BAD]
    answered = CliRunner().invoke(main, ["judge"], input=b"\n".join(lines)).stdout.splitlines()
    assert said("-", "--json", lines=lines) == answered


def test_minutes_are_the_lines_as_they_were() -> None:
    assert [line.encode() for line in said("-", "--minutes", lines=BAD)] == BAD


def test_each_rollout_has_its_own_table_and_its_own_chart() -> None:
    both = [b'{"rollout": "first"}', *BAD, b'{"rollout": "second \\u001b[31m"}', *GOOD]
    for form in ([], ["--chart"]):
        lines = said("-", *form, lines=both)
        assert [line for line in lines if line.startswith("Rollout")] == [
            'Rollout "first"',
            'Rollout "second \\u001b[31m"',
        ]
        assert lines[0] == 'Rollout "first"'


def test_a_line_that_cannot_be_used_is_named_and_the_rest_is_replayed() -> None:
    result = replayed("-", lines=[*BAD[:-1], b'{"minute": "now"}', BAD[-1]])
    assert result.exit_code == 2
    assert result.stdout.splitlines() == said("-", lines=BAD)
    assert result.stderr.splitlines() == [
        'multitool: standard input, line 39: minute should be an ISO 8601 time like 2026-01-05T10:00:00Z, not "now".',
        "multitool: standard input: 1 line could not be used.",
    ]


def test_the_same_in_json_is_an_error_line() -> None:
    result = replayed("-", "--json", lines=[b"{}", *BAD])
    assert result.exit_code == 2
    assert json.loads(result.stdout.splitlines()[0]) == {"error": "minute is missing.", "line": 1}
    assert result.stderr == "multitool: standard input: 1 line could not be used.\n"


@pytest.mark.parametrize("form", [[], ["--chart"]], ids=["text", "chart"])
def test_without_a_canary_there_is_nothing_to_judge(form: list[str]) -> None:
    assert said("-", *form, lines=HISTORY) == [
        "standard input, strategy adaptive",
        "History: 30 minutes, 18,000 requests, 0.17% failed.",
        "No minute has a weight: there was no canary to judge.",
        "",
    ]
    assert said("-", *form, lines=[]) == []


def test_without_a_history_it_says_so() -> None:
    assert said("-", lines=[minute(0, 0.1)])[1] == "No history: what is usual for the baseline is not known."


def test_a_chart_ends_with_the_decision() -> None:
    lines = said("-", "--chart", lines=BAD)
    assert lines[2] == "harm, to one (log scale; 1,000 is the limit)"
    assert any("harmful, roll back: " in line for line in lines)


def test_a_chart_of_many_minutes_fits_into_80x24() -> None:
    lines = said("-", "--chart", lines=[*HISTORY, *(minute(30 + number, 0.01) for number in range(500))])
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_a_terminal_without_unicode_gets_a_chart_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner(charset="ascii").invoke(main, ["replay", "-", "--chart"], input=b"\n".join(BAD))
    assert result.exit_code == 0
    assert result.stdout.isascii()
    assert "####" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["none.jsonl"], 2, "multitool: none.jsonl cannot be read: No such file or directory."),
        (["none/none.jsonl"], 2, "multitool: none/none.jsonl cannot be read: No such file or directory."),
        (["./none/none"], 2, "multitool: none/none cannot be read: No such file or directory."),
        ([os.curdir], 2, "multitool: . cannot be read: Is a directory."),
        (
            [":live"],
            2,
            "multitool: ':live' names no target: write it as function:alias, like checkout:live, "
            "or as api/stage, like shop/prod.",
        ),
        (["checkout:live", "--from", "soon"], 2, "'soon' is no time: write it like 2026-01-05T10:00Z"),
        (["checkout:live", "--from", "2026-01-05T10:00"], 2, "2026-01-05T10:00 has no offset from UTC"),
        (["checkout:live", "--from", "1h", "--to", "2h"], 2, "1h lies after 2h."),
        (["checkout:live", "--from", "8d"], 2, "8d lies more than 7 days before 0s."),
        (["-", "--strategy", "fast"], 2, "no strategy is called 'fast'"),
    ],
)
def test_what_cannot_be_replayed_is_one_sentence(arguments: list[str], code: int, sentence: str) -> None:
    result = replayed(*arguments)
    assert result.exit_code == code
    assert result.stdout == ""
    assert sentence in result.stderr


async def from_the_past(on: World, *arguments: str, target: str = "checkout:live") -> Result:
    """Replay what the sandbox's CloudWatch has, in a thread of its own: the sandbox answers from this one."""
    given = ["--from", "2026-01-05T10:00Z", "--to", "2026-01-05T12:00Z", *arguments]
    return await asyncio.to_thread(replayed, target, *given, before=("--endpoint-url", on.sandbox.url))


async def test_a_past_rollout_is_replayed_from_cloudwatch() -> None:
    async with world("errors") as on:
        await on.start(plan="10%/20m")
        await on.run_until(lambda: on.state == "rolled back")
        decided = on.live.rollout.reason
        on.clock.advance(600)
        result = await from_the_past(on, "--canary", "42")
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert lines[0] == "checkout:live, strategy adaptive"
        assert lines[1].startswith("History: 180 minutes, ")
        assert any("harmful" in line and "roll back" in line for line in lines)
        assert decided.split(" of the canary's")[0].isdigit()
        answers = (await from_the_past(on, "--canary", "42", "--json")).stdout.splitlines()
        weighted = [json.loads(answer) for answer in answers if not answer.startswith('{"error"')]
        assert weighted[-1]["action"] == "roll_back"
        minutes: list[dict[str, Any]] = [
            json.loads(line) for line in (await from_the_past(on, "--canary", "42", "--minutes")).stdout.splitlines()
        ]
        assert [line["weight"] for line in minutes[:180]] == [0.0] * 180
        assert {line["minute"][:13] for line in minutes[180:]} == {"2026-01-05T10"}
        assert all(line["baseline"]["slow"] < line["baseline"]["invocations"] / 20 for line in minutes)
        chart = await from_the_past(on, "--canary", "42", "--chart")
        assert "1,000 |" in chart.stdout


async def test_a_past_rollout_on_a_stage_is_replayed_from_cloudwatch() -> None:
    async with world("stage-errors") as on:
        await on.start(plan="10%/20m", target="shop/prod")
        await on.run_until(lambda: on.state == "rolled back")
        on.clock.advance(600)
        result = await from_the_past(on, "--canary", "42", target="shop/prod")
        assert result.exit_code == 0, result.output
        lines = result.stdout.splitlines()
        assert lines[0] == "shop/prod, strategy adaptive"
        assert any("harmful" in line and "roll back" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ([], 2, "checkout:live is on v41 and carries no weights now: name the version that was the canary."),
        (["--canary", "41"], 2, "checkout:live is on v41 itself now: name the baseline that it took over from."),
        (
            ["--canary", "42"],
            3,
            "v42 served nothing through checkout:live between 2026-01-05 10:00 UTC and 2026-01-05 12:00 UTC that "
            "CloudWatch still has by periods of 1m.",
        ),
    ],
)
async def test_a_past_that_is_not_there_is_one_sentence(arguments: list[str], code: int, sentence: str) -> None:
    async with world() as on:
        result = await from_the_past(on, *arguments)
        assert (result.exit_code, result.stdout, result.stderr) == (code, "", f"multitool: {sentence}\n")


async def test_a_function_that_is_not_there_is_what_aws_refused() -> None:
    async with world() as on:
        result = await asyncio.to_thread(replayed, "nothing:live", before=("--endpoint-url", on.sandbox.url))
        assert result.exit_code == 3
        assert result.stderr.count("\n") == 1
        assert "nothing" in result.stderr


def test_an_aws_that_is_not_reachable_is_another_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    result = replayed("checkout:live", before=("--endpoint-url", "http://127.0.0.1:1"))
    assert result.exit_code == 4
    assert result.stderr.count("\n") == 1


def test_without_credentials_aws_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = replayed("checkout:live")
    assert result.exit_code == 3
    assert result.stderr.startswith("multitool: No AWS credentials were found in ")
