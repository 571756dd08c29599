"""`demo --zip`: a function of the user's own as the canary."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from multitool_tui.cli import main
from tests.sandbox.handlers.support import zipped
from tests.support.terminal import Terminal

FAILS_OFTEN = """
n = 0
def handler(event, context):
    global n
    n += 1
    if n % 5 == 0:
        raise RuntimeError("declined")
"""


def test_a_function_that_fails_is_rolled_back(tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    file.write_bytes(zipped({"app.py": FAILS_OFTEN}))
    terminal = Terminal("demo", "--zip", str(file), "--handler", "app.handler", "--speed", "200")
    try:
        terminal.wait_for("v43 canary")
        terminal.wait_for("rolled back", within=60)
        assert "requests failed" in " ".join(terminal.text.split())
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (b"no zip", [], "Could not unzip uploaded file."),
        (zipped({"../app.py": ""}), [], "Could not unzip uploaded file."),
        (zipped({"app.py": ""}), [], "has no module lambda_function: name what is to be called"),
        (zipped({"app.py": ""}), ["--handler", "handler"], "'handler' is no module.function"),
        (None, [], "does not exist"),
    ],
)
def test_what_cannot_be_called_is_refused_before_the_screen_opens(
    tmp_path: Path, content: bytes | None, arguments: list[str], sentence: str
) -> None:
    file = tmp_path / "mine.zip"
    if content is not None:
        file.write_bytes(content)
    ended = CliRunner().invoke(main, ["demo", "--zip", str(file), *arguments])
    assert ended.exit_code == 2
    assert sentence in ended.output
