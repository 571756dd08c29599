"""`multitool run` and `resume`: what they end with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.root import main
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.server import Sandbox
from tests.support.serving import serving
from tests.support.world import use_sandbox_credentials

UNHEARD = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serving() as sandbox:
        yield sandbox


def multitool(folder: Path, url: str, *arguments: str) -> Result:
    return CliRunner().invoke(
        main, ["--endpoint-url", url, "--state-dir", str(folder), "--log-file", str(folder / "log"), *arguments]
    )


def refused(result: Result, code: Exit, sentence: str) -> bool:
    """One sentence, this exit code, and no traceback."""
    return result.exit_code == code and sentence in result.stderr and "Traceback" not in result.output


@pytest.mark.parametrize("command", [("run", "checkout:live", "--version", "42"), ("resume", "checkout:live")])
def test_an_endpoint_that_is_not_there_is_told_from_one_that_refuses(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = multitool(tmp_path, UNHEARD, *command, "--headless")
    assert refused(result, Exit.UNREACHABLE, "127.0.0.1:9 cannot be reached.")


@pytest.mark.parametrize(
    ("operation", "kind", "code", "sentence"),
    [
        ("GetAlias", "denied", Exit.REFUSED, "lambda:GetAlias"),
        ("GetAlias", "throttle", Exit.UNREACHABLE, "throttling"),
        ("GetCallerIdentity", "error500", Exit.UNREACHABLE, "GetCallerIdentity"),
        ("GetMetricData", "denied", Exit.REFUSED, "cloudwatch:GetMetricData"),
        ("UpdateAlias", "denied", Exit.REFUSED, "lambda:UpdateAlias"),
        ("UpdateAlias", "throttle", Exit.UNREACHABLE, "throttling UpdateAlias"),
    ],
)
def test_a_start_that_fails_ends_as_its_cause_says(
    tmp_path: Path, sandbox: Sandbox, operation: str, kind: Any, code: Exit, sentence: str
) -> None:
    fault = sandbox.faults.add(Fault(kind=kind, operation=operation))
    result = multitool(tmp_path, sandbox.url, "run", "checkout:live", "--version", "42", "--headless")
    sandbox.faults.remove(fault)
    assert refused(result, code, sentence)


@pytest.mark.parametrize(
    ("target", "version", "sentence"),
    [
        ("checkuot:live", "42", "There is no function checkuot in eu-west-1: did you mean checkout?"),
        ("checkout:lvie", "42", "checkout has no alias lvie"),
        ("checkout:live", "99", "checkout has no published version 99"),
    ],
)
def test_what_aws_does_not_know_is_refused_with_3(
    tmp_path: Path, sandbox: Sandbox, target: str, version: str, sentence: str
) -> None:
    result = multitool(tmp_path, sandbox.url, "run", target, "--version", version, "--headless")
    assert refused(result, Exit.REFUSED, sentence)


@pytest.mark.parametrize(
    ("before", "arguments", "sentence"),
    [
        ((), ("run", "checkout:live", "--version", "abc"), "'abc' is not a published version"),
        ((), ("run", "checkout:live", "--version", "$LATEST"), "$LATEST cannot share traffic"),
        ((), ("run", "checkout:live", "--version", "४२"), "is not a published version"),
        ((), ("run", "checkout", "--version", "42"), "write it as function:alias"),
        (("--read-only",), ("run", "checkout:live", "--version", "42"), "--read-only changes nothing"),
        (("--read-only",), ("resume", "--headless"), "read-only"),
    ],
)
def test_what_makes_no_sense_is_refused_with_2_before_aws_is_asked(
    tmp_path: Path, before: tuple[str, ...], arguments: tuple[str, ...], sentence: str
) -> None:
    result = multitool(tmp_path, UNHEARD, *before, *arguments)
    assert refused(result, Exit.USAGE, sentence)


def test_a_journal_that_cannot_be_written_is_a_fault_of_this_side(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "file").write_text("no folder")
    result = multitool(
        tmp_path,
        sandbox.url,
        "--state-dir",
        str(tmp_path / "file" / "folder"),
        "run",
        "checkout:live",
        "--version",
        "42",
        "--headless",
    )
    assert refused(result, Exit.USAGE, "another --state-dir")
