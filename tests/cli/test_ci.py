"""A rollout in a CI's runner: no terminal, its environment, a signal before the end; what its log and summary say."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from multitool_tui.cli.exits import Exit
from multitool_tui.views.event_lines import EventLine
from tests.cli.test_shells import ended, shells


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
async def test_a_cancelled_job_rolls_back_and_says_so_in_log_annotation_and_summary(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with shells(tmp_path) as s:
        page = tmp_path / "summary.md"
        page.write_text("before\n")
        job = await s.driver(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(page))
        job.send_signal(number)
        code, log = await ended(job)
        assert code == Exit.ROLLED_BACK_BY_OPERATOR
        assert s.on_alias == ("41", {})
        assert "\x1b" not in log
        assert re.search(rf"^\d\d:\d\d:\d\d checkout:live rolled back: {number.name} ended", log, re.MULTILINE)
        assert (
            "\n::error title=MultiTool%3A exit code 11::"
            f"checkout:live: rolled back. {number.name} ended its driver.\n" in log
        )
        written = page.read_text()
        assert written.startswith("before\n### MultiTool: checkout:live: rolled back.")
        [receipts] = re.findall(r"`multitool (receipt checkout-live-\w+)`", written)
        code, said = await s.run(*receipts.split())
        assert code == 0
        assert f"{number.name} ended its driver." in said


async def test_a_plan_that_holds_is_left_where_it_is(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        job = await s.driver("10%/20m", "--on-interrupt", "hold")
        job.send_signal(signal.SIGTERM)
        assert (await ended(job))[0] == Exit.INCONCLUSIVE
        assert s.on_alias == ("41", {"42": 0.1})


async def test_json_lines_follow_their_schema_and_the_last_one_says_how_it_ended(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        job = await s.driver("10%/20m", "--json")
        job.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(job.communicate(), 60)
        lines = out.splitlines()
        read = [TypeAdapter(EventLine).validate_json(line) for line in lines]
        assert [json.loads(line)["schema"] for line in lines] == [1] * len(lines)
        assert read[-1].event == "end"
        assert job.returncode == read[-1].exit_code == Exit.ROLLED_BACK_BY_OPERATOR
        assert list(read[-1].rollouts.values()) == ["rolled back"]


async def test_what_takes_longer_than_it_was_given_is_ended(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        arguments = ("run", "checkout:live", "--version", "42", "--strategy", "10%/20m", "--headless")
        code, said = await s.run(*arguments, "--timeout", "2s")
        assert code == Exit.INCONCLUSIVE
        assert "It took longer than the 2s it was given" in said
        assert s.on_alias == ("41", {})


async def test_what_belongs_to_headless_needs_it(tmp_path: Path) -> None:
    async with shells(tmp_path) as s:
        for option in (["--json"], ["--timeout", "5m"]):
            code, said = await s.run("run", "checkout:live", "--version", "42", *option)
            assert code == Exit.USAGE
            assert f"{option[0]} needs --headless" in said
