"""docs/judge.md says what is so: its lines that cannot be used, and the keys of a line and of its answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.stream.stream import Stream

DOCS = (Path(__file__).parents[2] / "docs" / "judge.md").read_text(encoding="utf-8")


def block(after: str) -> str:
    """The first fenced block after a sentence."""
    found = re.search(rf"{re.escape(after)}\n\n```\w*\n(.*?)```", DOCS, re.DOTALL)
    assert found, after
    return found[1]


def test_each_line_that_cannot_be_used_gives_the_error_that_is_written_there() -> None:
    stream = Stream(parse_plan("adaptive"))
    given = block("These lines:").removesuffix("\n").split("\n")
    assert [stream.answer(line.encode()) for line in given] == block("give:").splitlines()


def test_the_line_and_the_answer_have_the_keys_that_are_written_there() -> None:
    answer = json.loads(Stream(parse_plan("adaptive")).answer(block("A line is a minute:").replace("\n", " ").encode()))
    written = json.loads(block("Its answer:").replace("\n", " "))
    assert answer.keys() == written.keys()
    assert answer["evidence"].keys() == written["evidence"].keys()
