"""The recipes of docs/recipes.md, each on a canned answer of its source, into the judge."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from multitool_tui.rollout.strategies import parse_plan
from multitool_tui.stream.stream import Stream
from tests.support.documented import ROOT

BEGIN = 1767607200  # 2026-01-05T10:00:00Z
START, MINUTES = "2026-01-05T10:00:00+00:00", 6
PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
RECIPES = dict(re.findall(r"<!-- recipe: ([\w.]+) -->\n```python\n(.*?)```", PAGE, re.DOTALL))
VERSIONS = {"41": (900, 1), "42": (100, 20)}
"""Requests and failures of each in a minute."""


class Source(BaseHTTPRequestHandler):
    """Answers as Prometheus and Datadog do, and keeps what it was asked."""

    asked: list[str]
    keys: list[str | None]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.keys.append(self.headers["DD-API-KEY"])
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        what = query["query"][0]
        failed = "5.." in what or "errors" in what
        number = {version: float(counts[failed]) for version, counts in VERSIONS.items()}
        if path == "/api/v1/query_range":
            ends = range(BEGIN + 60, BEGIN + 60 * MINUTES + 1, 60)
            found = [
                {"metric": {"version": version}, "values": [[at, f"{value + 0.2}"] for at in ends]}
                for version, value in number.items()
            ]
            answer: object = {"status": "success", "data": {"resultType": "matrix", "result": found}}
        else:
            begins = range(BEGIN, BEGIN + 60 * MINUTES, 60)
            answer = {
                "status": "ok",
                "series": [
                    {"tag_set": [f"version:{version}"], "pointlist": [[at * 1000.0, value] for at in begins]}
                    for version, value in number.items()
                ],
            }
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is the base's
        """Nothing is logged."""


@pytest.fixture
def source() -> Iterator[str]:
    Source.asked, Source.keys = [], []
    with HTTPServer(("127.0.0.1", 0), Source) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _lines(folder: Path, recipe: str, *arguments: str, text: str = "", **environment: str) -> list[bytes]:
    """What a recipe prints."""
    file = folder / recipe
    file.write_text(RECIPES[recipe])
    done = subprocess.run(
        [sys.executable, "-I", file, *arguments], input=text.encode(), capture_output=True, env=environment, check=True
    )
    return done.stdout.splitlines()


def _condemned(lines: list[bytes]) -> bool:
    """Whether the judge takes every line, and rolls the canary back at the end."""
    stream = Stream(parse_plan("adaptive"))
    answers = [json.loads(stream.answer(line)) for line in lines]
    assert not [answer for answer in answers if "error" in answer]
    return bool(answers[-1]["action"] == "roll_back")


def test_each_recipe_is_tried_here() -> None:
    assert RECIPES.keys() == {"prometheus.py", "datadog.py", "logs.py"}


def test_prometheus(tmp_path: Path, source: str) -> None:
    lines = _lines(tmp_path, "prometheus.py", source, "41", "42", "0.1", START, str(MINUTES))
    assert json.loads(lines[0]) == {
        "minute": START,
        "weight": 0.1,
        "baseline": {"invocations": 900, "errors": 1},
        "canary": {"invocations": 100, "errors": 20},
    }
    assert len(lines) == MINUTES
    assert _condemned(lines)
    assert all(f"start={BEGIN + 60}.0&end={BEGIN + 60 * MINUTES}.0" in asked for asked in Source.asked)


def test_datadog(tmp_path: Path, source: str) -> None:
    keys = {"DD_API_KEY": "canned", "DD_APP_KEY": "canned", "DD_URL": source}
    lines = _lines(tmp_path, "datadog.py", "checkout", "41", "42", "0.1", START, str(MINUTES), **keys)
    assert [json.loads(line)["canary"] for line in lines] == [{"invocations": 100, "errors": 20}] * MINUTES
    assert _condemned(lines)
    assert Source.keys == ["canned"] * 2


def test_logs(tmp_path: Path) -> None:
    entries = [
        {"time": f"2026-01-05T10:0{minute}:17Z", "version": version, "status": 500 if bad else 200, "ms": 900 * bad}
        for minute in range(3)
        for version, counts in VERSIONS.items()
        for bad in [True] * counts[1] + [False] * (counts[0] - counts[1])
    ]
    lines = _lines(tmp_path, "logs.py", "41", "42", "0.1", "850", text="\n".join(map(json.dumps, entries)))
    assert json.loads(lines[0])["canary"] == {"invocations": 100, "errors": 20, "slow": 20}
    assert len(lines) == 3
    assert _condemned(lines)
