"""What a user waits for before anything is on screen: nothing that is not needed for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"textual", "boto3", "botocore", "aiobotocore", "pydantic", "aiohttp", "numpy"}


def loaded_by(code: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after `code`."""
    script = f"{code}\nimport sys\nprint('|'.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(run.stdout.splitlines()[-1].split("|"))


@pytest.mark.parametrize(
    "code",
    [
        "import multitool_tui.cli",
        "from multitool_tui.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from multitool_tui.cli import main\ntry: main(['demo', '--help'])\nexcept SystemExit: pass",
    ],
)
def test_the_command_line_loads_nothing_heavy(code: str) -> None:
    assert not loaded_by(code) & HEAVY


@pytest.mark.parametrize("module", ["controller.supervisor", "tui.app", "stream.stream", "cli.judging"])
def test_what_watches_and_what_judges_loads_no_numpy(module: str) -> None:
    assert "numpy" not in loaded_by(f"import multitool_tui.{module}")


def test_the_probe_sees_what_is_loaded() -> None:
    assert "pydantic" in loaded_by("import pydantic")


FIRST_PAINT = """
import sys, types
from functools import partialmethod
from multitool_tui.cli import main, screen
from multitool_tui.controller.port import ConnectFailed
from multitool_tui.tui.app import MultiToolApp

async def spy(*_, **__):
    seen.update(name.partition('.')[0] for name in sys.modules)
    raise ConnectFailed('seen', 3)

seen = set()
screen.open_supervisor = spy
sys.modules['multitool_tui.cli.backstage'] = types.SimpleNamespace(open_backstage=spy)
MultiToolApp.run = partialmethod(MultiToolApp.run, headless=True)
sys.stdin.isatty = sys.stdout.isatty = sys.stderr.isatty = lambda: True
sys.argv = ['multitool', '--log-file', '/dev/null', *{arguments}]
try:
    main()
except SystemExit:
    pass
assert seen, 'nothing was painted'
print('|'.join(sorted(seen)))
"""


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_the_first_paint_loads_no_sdk_and_no_pydantic(arguments: list[str]) -> None:
    script = FIRST_PAINT.format(arguments=arguments)
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    seen = set(run.stdout.splitlines()[-1].split("|"))
    assert "textual" in seen
    assert not seen & (HEAVY - {"textual"})
