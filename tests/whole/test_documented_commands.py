"""Every command that the README and the docs write is run, on one sandbox, and ends as it should."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.root import main
from tests.sandbox.handlers.support import zipped
from tests.support.documented import ROOT, documented_commands
from tests.support.serving import serving
from tests.support.terminal import MULTITOOL
from tests.support.world import sandbox_environment, use_sandbox_credentials

COMMANDS = documented_commands()

NOT_HERE = {
    "multitool sandbox": "serves until it is ended: tests/cli/test_terminal.py and tests/sandbox run it",
    "multitool serve": "the same: tests/cli/test_serve.py and tests/cli/test_in_a_browser.py run it",
    "multitool --profile prod serve": "the same",
}
"""What is not run here, by how it begins, and why. Nothing else is left out."""

STANDS_FOR = {
    r"FUNCTION:ALIAS|\bTARGET\b": "checkout:live",
    r"\bAPI/STAGE\b": "shop/prod",
    r'"\$VERSION"|(?<=--version )N\b': "42",
    r"(?<=receipt )ID\b": "{rollout}",
    r"\bID\b": "AKIANOBODYS",
    r"checkout-live-20260105T100000|\bROLLOUT\b": "{rollout}",
    r"(?<=\{rollout\} )N\b": "1",
    r"170m": "1s",
}
"""What the documentation writes for something of the reader's, and what it is here."""

SCREEN = ("demo", "run ", "resume", "--")
"""These open the screen, but with --headless and --dry-run; tests/cli/test_terminal.py has one."""

OTHERWISE = {
    # Only named, or not to the end: what they need is added.
    "multitool replay": ("replay --help", Exit.DONE),
    "multitool setup": ("setup --help", Exit.DONE),
    "multitool setup NAME": ("setup --help", Exit.DONE),
    "multitool teardown": ("teardown --help", Exit.DONE),
    "multitool receipt": ("receipt --help", Exit.DONE),
    "multitool simulate": ("simulate --help", Exit.DONE),
    "multitool run": ("run --help", Exit.DONE),
    "multitool resume": ("resume --help", Exit.DONE),
    "multitool run --zip": ("run checkout --zip build.zip --dry-run", Exit.DONE),
    "multitool run --annotate": ("run checkout --version 42 --annotate --dry-run", Exit.DONE),
    "multitool run --anomaly-gate": ("run checkout --version 42 --anomaly-gate --dry-run", Exit.DONE),
    "multitool run API/STAGE": ("run shop/prod --version 42 --dry-run", Exit.DONE),
    'multitool run ... --despite-freeze "why"': ("run checkout --version 42 --despite-freeze why --dry-run", Exit.DONE),
    "multitool simulate --power": ("simulate --power --help", Exit.DONE),
    # A few runs are enough to see that it runs.
    "multitool simulate --rps 40 --base 0.4% --harm +1%": (
        "simulate --rps 40 --base 0.4% --harm +1% --runs 2",
        Exit.DONE,
    ),
    "multitool simulate --rps 2 --base 0.1% --power": ("simulate --rps 2 --base 0.1% --power --runs 2", Exit.DONE),
    "multitool simulate checkout.toml --policy multitool --policy flagger": (
        "simulate checkout.toml --policy multitool --policy flagger --runs 2",
        Exit.DONE,
    ),
    # The alias with a canary is another one here.
    "multitool replay FUNCTION:ALIAS": ("replay payments:live --from 20m", Exit.DONE),
    "multitool replay checkout:live --from 1h": ("replay payments:live --from 1h", Exit.DONE),
    "multitool replay checkout:live --canary 42 --baseline 41 --minutes": (
        "replay payments:live --canary 18 --baseline 17 --minutes",
        Exit.DONE,
    ),
    "multitool config init": ("config init --print", Exit.DONE),
    # Nobody is there to be asked, and nothing to be found.
    "multitool setup orders --zip build.zip --handler app.handler --api": (
        "setup orders --zip build.zip --handler app.handler --api --dry-run",
        Exit.DONE,
    ),
    "multitool setup --zip build.zip -- -name": (
        "setup --zip build.zip --handler app.handler --dry-run -- -name",
        Exit.DONE,
    ),
    "multitool doctor keys create": ("doctor keys create", Exit.USAGE),
    "multitool doctor keys deactivate ID": ("doctor keys deactivate AKIANOBODYS", Exit.REFUSED),
    "multitool doctor keys delete ID": ("doctor keys delete AKIANOBODYS", Exit.REFUSED),
    "multitool resume --headless": ("resume --headless", Exit.REFUSED),
    "multitool resume checkout:live --headless": ("resume checkout:live --headless", Exit.REFUSED),
    **{
        f"multitool {verb} {name}": (f"{verb} checkout:live{how}", Exit.REFUSED)  # nobody has left one here
        for verb, name, how in (
            ("adopt", "NAME", ""),
            ("adopt", "checkout:live --headless", " --headless"),
            ("restore", "NAME", ""),
            ("abandon", "NAME", ""),
        )
    },
    "multitool adopt": ("adopt --help", Exit.DONE),
    "multitool teardown orders": ("teardown orders", Exit.USAGE),
}
"""What is run in the place of a documented command, and how it ends, where that is not as it stands and with 0."""

STEERING = {
    "multitool status [NAME] [--watch] [--json]": ("status checkout:live --json", Exit.DONE),
    "multitool pause NAME": ("pause checkout:live", Exit.DONE),
    "multitool weight NAME PERCENT": ("weight checkout:live 5%", Exit.DONE),
    "multitool resume NAME": ("resume checkout:live", Exit.DONE),
    "multitool gate NAME": ("gate checkout:live", Exit.DONE),
    "multitool promote NAME": ("promote checkout:live", Exit.REFUSED),  # without fresh evidence
    "multitool rollback NAME [--reason TEXT]": ("rollback checkout:live --reason why", Exit.DONE),
    "multitool rollback checkout:live": ("rollback checkout:live", Exit.REFUSED),  # nothing is left of it by now
    "multitool rollback checkout": ("rollback checkout", Exit.REFUSED),
}
"""The same of those that another process has to be driving for, in this order."""

LONG = (
    *(
        "multitool observe ",
        "multitool setup orders",
        "multitool simulate ",
        "multitool doctor -",
        "multitool doctor k",
    ),
    *(
        "multitool run --",
        "multitool replay FUNCTION",
        "multitool permissions --check",
        "multitool run API",
        "multitool status shop",
    ),
)
"""What is run before a release only: each of them has tests of its own."""

RUN_HERE = [command for command in COMMANDS if command not in STEERING and not command.startswith(tuple(NOT_HERE))]

MANIFEST = """
[rollouts.checkout]
function = "checkout"
alias = "live"
[rollouts.search]
function = "search"
alias = "live"
[rollouts.payments]
function = "image-resize"
alias = "live"
[groups.shop]
rollouts = [["search"], ["checkout", "payments"]]
[groups.fleet]
rollouts = ["search"]
"""
SCENARIO = """
rps = 20
base = "0.4%"
"""


@dataclass
class Reader:
    """Who types what stands there, in a folder with a manifest, packages and minutes, on a sandbox of his own."""

    url: str
    folder: Path
    known: dict[str, Result] = field(default_factory=dict)

    @property
    def place(self) -> list[str]:
        files = {"state-dir": "state", "log-file": "log", "preferences": "preferences.toml"}
        named = (part for option, name in files.items() for part in (f"--{option}", str(self.folder / name)))
        return ["--endpoint-url", self.url, *named]

    def types(self, arguments: str) -> Result:
        return CliRunner().invoke(main, [*self.place, *shlex.split(arguments)], input="")

    def typed(self, arguments: str) -> Result:
        """The same, once only."""
        if arguments not in self.known:
            self.known[arguments] = self.types(arguments)
        return self.known[arguments]

    def rollout(self) -> str:
        """The id of one that is over."""
        if not (known := self.types("history --json").stdout.splitlines()):
            self.typed("run checkout:live --version 42 --headless --timeout 3s")
            known = self.types("history --json").stdout.splitlines()
        return str(json.loads(known[-1])["rollout"])


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    folder = tmp_path_factory.mktemp("reader")
    for name in ("build.zip", "next.zip", "mine.zip"):
        (folder / name).write_bytes(zipped({"app.py": f"# {name}\ndef handler(event, context): pass"}))
    (folder / "multitool.toml").write_text(MANIFEST)
    (folder / "checkout.toml").write_text(SCENARIO)
    (folder / "mine.json").write_text((ROOT / "docs" / "policy.json").read_text())
    minutes = [
        {"minute": f"2026-01-05T10:{number:02}:00Z", "baseline": {"invocations": 540, "errors": 2}}
        for number in range(9)
    ]
    (folder / "minutes.jsonl").write_text("\n".join(map(json.dumps, minutes)))
    with pytest.MonkeyPatch.context() as patch, serving("stage") as sandbox:
        use_sandbox_credentials(patch)
        patch.setattr("multitool_tui.controller.outlook._RUNS", 1)
        patch.chdir(folder)
        yield Reader(sandbox.url, folder)


@pytest.mark.parametrize(
    "command", [pytest.param(each, marks=pytest.mark.long) if each.startswith(LONG) else each for each in RUN_HERE]
)
def test_a_documented_command_ends_as_it_should(command: str, reader: Reader) -> None:
    arguments, code, said = command.removeprefix("multitool "), Exit.DONE, ""
    if command in OTHERWISE:
        arguments, code = OTHERWISE[command]
    elif arguments.startswith(SCREEN) and not {"--headless", "--dry-run"} & set(arguments.split()):
        code, said = Exit.USAGE, "The screen needs a terminal"
    for written, here in STANDS_FOR.items():
        arguments = re.sub(written, here, arguments)
    if "{rollout}" in arguments:
        arguments = arguments.format(rollout=reader.rollout())
    if arguments.startswith("run ") and "--headless" in arguments and "--any" not in arguments:
        # A rollout takes half an hour: here it is ended once it has begun, and so rolled back.
        arguments, code = f"{arguments} --timeout 3s", Exit.INCONCLUSIVE
    result = reader.typed(arguments)
    assert result.exit_code == code, f"{', '.join(COMMANDS[command])}: {command}\n{result.output}"
    assert said in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.long
def test_a_documented_command_reaches_who_drives(reader: Reader) -> None:
    assert STEERING.keys() <= COMMANDS.keys()
    run = ("run", "checkout:live", "--version", "42", "--headless", "--strategy", "10%/20m/gate 50%/20m")
    driver = subprocess.Popen(
        [MULTITOOL, *reader.place, *run], stdout=subprocess.PIPE, text=True, env={**sandbox_environment(), "PATH": ""}
    )
    try:
        assert driver.stdout
        assert "raised to 10%" in driver.stdout.readline()
        while json.loads(reader.types("status checkout:live --json").stdout)["weight"] != 0.1:
            pass
        for command, (arguments, code) in STEERING.items():
            result = reader.types(arguments)
            assert result.exit_code == code, f"{command}\n{result.output}"
        assert driver.wait(timeout=30) == Exit.ROLLED_BACK_BY_OPERATOR
    finally:
        driver.kill()
        driver.communicate()


def test_nothing_is_listed_that_is_documented_no_more() -> None:
    assert OTHERWISE.keys() <= COMMANDS.keys()
    assert all(any(command.startswith(begin) for command in COMMANDS) for begin in (*NOT_HERE, *LONG))
