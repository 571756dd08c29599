"""How long one waits for the first content, beside a hello-world Textual app: `python -m benchmarks.first_paint`.

Both run in turn under a pty of 120x40, from the start of the process to their first own text on the terminal. The
ratio of the two medians is what counts: the seconds belong to the machine.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import pexpect

from benchmarks.timing import in_turns
from tests.support.terminal import MULTITOOL, clean_environment

RUNS = 15
HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("Hello-world")
Hello().run()
"""


def seconds_to(text: str, command: str, arguments: list[str]) -> float:
    """From the start of the process until `text` has been written to its terminal."""
    begun = time.perf_counter()
    child = pexpect.spawn(command, arguments, dimensions=(40, 120), env=clean_environment(), timeout=30)
    try:
        child.expect_exact(text)
        return time.perf_counter() - begun
    finally:
        child.close(force=True)


def main() -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        hello = Path(folder) / "hello.py"
        hello.write_text(HELLO)
        commands = {
            "hello world": partial(seconds_to, "Hello-world", sys.executable, [str(hello)]),
            "multitool demo": partial(seconds_to, "Resources", MULTITOOL, ["demo"]),
        }
        taken = in_turns(commands, RUNS)
    for name, times in taken.items():
        spread = f"{times.least * 1000:.0f}-{times.most * 1000:.0f}"
        sys.stdout.write(f"{name:16} {times.median * 1000:5.0f} ms  ({spread}, {RUNS} runs)\n")
    sys.stdout.write(f"{'ratio':16} {taken['multitool demo'].median / taken['hello world'].median:5.2f}\n")


if __name__ == "__main__":
    main()
