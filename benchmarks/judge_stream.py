"""How many minutes a second `multitool judge` judges, whole command and all: `python -m benchmarks.judge_stream`.

The same lines also go through a bare loop of json.loads and json.dumps, in a process of its own and in turn with the
command. The ratio of the two medians is what counts: the seconds belong to the machine.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from benchmarks.timing import in_turns
from tests.support.terminal import MULTITOOL

RUNS, ROLLOUTS, HISTORY, MINUTES = 5, 400, 60, 60
BARE = """
import json, sys
out = sys.stdout
for line in sys.stdin:
    out.write(json.dumps(json.loads(line)) + "\\n")
    out.flush()
"""


def lines() -> bytes:
    """Rollouts of an hour's history and an hour at 10%, of 10 requests a second of which 0.3% fail."""
    draw = random.Random(1)
    start = datetime(2026, 1, 5, 10, tzinfo=UTC)
    written = []
    for rollout in range(ROLLOUTS):
        written.append(json.dumps({"rollout": str(rollout)}))
        for number in range(HISTORY + MINUTES):
            line: dict[str, Any] = {"minute": (start + number * timedelta(minutes=1)).isoformat(), "weight": 0.0}
            line["baseline"] = {"invocations": 540, "errors": draw.randrange(4), "slow": draw.randrange(10)}
            if number >= HISTORY:
                line["weight"] = 0.1
                line["canary"] = {"invocations": 60, "errors": int(draw.random() < 0.2), "slow": draw.randrange(2)}
            written.append(json.dumps(line))
    return "\n".join(written).encode() + b"\n"


def seconds(command: list[str], given: bytes) -> float:
    """From the start of the process to its end, with every line answered; from a file and into one."""
    with TemporaryFile() as source, TemporaryFile() as sink:
        source.write(given)
        source.seek(0)
        begun = time.perf_counter()
        subprocess.run(command, stdin=source, stdout=sink, check=True)  # noqa: S603
        taken = time.perf_counter() - begun
        sink.seek(0)
        answered = sink.read()
    if answered.count(b"\n") != given.count(b"\n") or b'"error"' in answered:
        raise SystemExit("not every line was answered")
    return taken


def main() -> None:
    """Print both medians, their ratio, and the minutes a second."""
    given = lines()
    minutes = ROLLOUTS * (HISTORY + MINUTES)
    commands = {
        "json alone": partial(seconds, [sys.executable, "-c", BARE], given),
        "multitool judge": partial(seconds, [MULTITOOL, "judge"], given),
    }
    taken = in_turns(commands, RUNS)
    for name, times in taken.items():
        rate, spread = minutes / times.median, f"{times.least:.2f}-{times.most:.2f}"
        sys.stdout.write(f"{name:16} {times.median:5.2f} s  {rate:8,.0f} minutes/s  ({spread}, {RUNS} runs)\n")
    sys.stdout.write(f"{'ratio':16} {taken['multitool judge'].median / taken['json alone'].median:5.1f}\n")


if __name__ == "__main__":
    main()
