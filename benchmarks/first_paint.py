"""How long one waits for the first content, beside a hello-world Textual app: `python -m benchmarks.first_paint`.

Both run in turn under a pty of 120x40, from the start of the process to their first own text on the terminal. The
ratio of the two medians is what counts: the seconds belong to the machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect

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
            "hello world": ("Hello-world", sys.executable, [str(hello)]),
            "multitool demo": ("Resources", MULTITOOL, ["demo"]),
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                taken[name].append(seconds_to(*command))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, median in medians.items():
        spread = f"{min(taken[name]) * 1000:.0f}-{max(taken[name]) * 1000:.0f}"
        sys.stdout.write(f"{name:16} {median * 1000:5.0f} ms  ({spread}, {RUNS} runs)\n")
    sys.stdout.write(f"{'ratio':16} {medians['multitool demo'] / medians['hello world']:5.2f}\n")


if __name__ == "__main__":
    main()
