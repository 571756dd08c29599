"""`multitool judge`: minutes in, verdicts out, as JSON lines."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import click

from multitool_tui.cli.judging import chosen_plan, lines_of, of_a_plan, of_metrics, with_metrics
from multitool_tui.cli.saying import unless_gone


@click.command()
@of_a_plan
@of_metrics
def judge(strategy: str | None, manifest: Path | None, rollout: str | None, metrics: tuple[str, ...]) -> None:
    """Judge a stream of minutes: JSON lines in on standard input, one line out for each, at once.

    \b
    in   {"minute": "2026-01-05T10:00:00Z", "weight": 0.1,
          "baseline": {"invocations": 540, "errors": 3},
          "canary": {"invocations": 60, "errors": 1}}
    out  {"minute": ..., "verdict": ..., "action": ..., "weight": ...,
          "evidence": {...}, "reason": ...}

    Send the minutes of the baseline alone first: they say what is usual. A line {"rollout": "NAME"} starts a fresh
    rollout. A line that cannot be used is answered with {"error": ...}, and changes nothing.
    """
    from multitool_tui.stream.lines import LONGEST_LINE
    from multitool_tui.stream.stream import Stream

    stream = Stream(with_metrics(chosen_plan(strategy, manifest, rollout), metrics))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    with suppress(KeyboardInterrupt), unless_gone():
        for line in lines_of(source, LONGEST_LINE, before_waiting=sink.flush):
            sink.write(stream.answer(line).encode() + b"\n")
