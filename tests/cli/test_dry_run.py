"""`multitool run --dry-run`, and what `run` says before it begins anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.root import main
from multitool_tui.controller.package import LARGEST
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.handlers.support import zipped
from tests.support.serving import serving
from tests.support.world import use_sandbox_credentials

WRITES = ("Update", "Publish", "Create", "Put", "Add", "Delete", "Remove")


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serving() as sandbox:
        yield sandbox
    assert not [call.operation for call in sandbox.calls if call.operation.startswith(WRITES)]


def run(folder: Path, url: str, *arguments: str) -> Result:
    state = ["--endpoint-url", url, "--state-dir", str(folder), "--log-file", str(folder / "log")]
    return CliRunner().invoke(main, [*state, "run", *arguments])


def findings(result: Result) -> dict[str, Any]:
    """The last finding about each thing."""
    return {line["about"]: line for line in map(json.loads, result.stdout.splitlines())}


def test_what_could_start_is_said_in_full_and_not_begun(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "build.zip").write_bytes(zipped({"app.py": ""}))
    result = run(tmp_path, sandbox.url, "checkout:live", "--zip", str(tmp_path / "build.zip"), "--dry-run", "--json")
    assert result.exit_code == Exit.DONE, result.output
    found = findings(result)
    assert set(found) == {
        *("caller", "package", "target", "alarms", "traffic"),
        *("owner", "provisioned", "concurrency", "permissions"),
    }
    assert "build.zip (0.1 kB) will be published after v42" in found["package"]["says"]
    assert "lambda:PublishVersion" in found["permissions"]["says"]
    assert found["alarms"]["says"] == (
        "No alarm is watched, though there is checkout-error-rate, checkout-p99-duration (--alarm NAME, or alarms in "
        "the manifest): the evidence alone decides."
    )
    assert {each["level"] for about, each in found.items() if about != "traffic"} == {"ok"}


def test_as_text_it_is_a_list_and_a_last_line(tmp_path: Path, sandbox: Sandbox) -> None:
    result = run(tmp_path, sandbox.url, "checkout:live", "--version", "42", "--dry-run")
    assert result.exit_code == Exit.DONE
    assert "ok       target       checkout:live is on v41, without weights" in result.stdout
    assert result.stdout.endswith("It could start. Nothing was changed.\n")


@pytest.mark.parametrize(
    ("arguments", "about", "code", "sentence"),
    [
        (("checkout:lvie", "--version", "42"), "target", Exit.REFUSED, "checkout has no alias lvie"),
        (("checkout:live", "--version", "99"), "version", Exit.REFUSED, "checkout has no published version 99"),
        (
            ("checkout:live", "--version", "42", "--alarm", "nope"),
            "alarms",
            Exit.USAGE,
            "There is no alarm called nope",
        ),
        (("checkout:live", "--version", "41"), "version", Exit.DONE, "is on v41 already: there is nothing to release."),
    ],
)
def test_the_code_is_that_of_what_is_in_the_way(
    tmp_path: Path, sandbox: Sandbox, arguments: tuple[str, ...], about: str, code: Exit, sentence: str
) -> None:
    result = run(tmp_path, sandbox.url, *arguments, "--dry-run", "--json")
    refused = [line for line in map(json.loads, result.stdout.splitlines()) if line["level"] == "refused"]
    assert [line["about"] for line in refused] == [about]
    assert sentence in refused[0]["says"]
    assert result.exit_code == code
    assert (sentence in result.stderr) == (code is not Exit.DONE)


@pytest.mark.parametrize(
    ("operation", "about", "code"),
    [
        ("GetMetricData", "metrics", Exit.REFUSED),
        ("GetAccountSettings", "concurrency", Exit.DONE),
        ("ListTags", "owner", Exit.DONE),
        ("GetProvisionedConcurrencyConfig", "provisioned", Exit.DONE),
        ("DescribeAlarms", "alarms", Exit.DONE),
    ],
)
def test_what_may_not_be_asked_is_unknown_unless_the_rollout_needs_it(
    tmp_path: Path, sandbox: Sandbox, operation: str, about: str, code: Exit
) -> None:
    fault = sandbox.faults.add(Fault(kind="denied", operation=operation))
    result = run(tmp_path, sandbox.url, "checkout:live", "--version", "42", "--dry-run", "--json")
    sandbox.faults.remove(fault)
    assert result.exit_code == code
    told = [line for line in map(json.loads, result.stdout.splitlines()) if line["about"] == about]
    assert ("unknown" if code is Exit.DONE else "refused") in [line["level"] for line in told]
    assert any(f":{operation} is not allowed to the caller" in line["says"] for line in told)


def test_what_is_not_reachable_is_told_from_what_refuses(tmp_path: Path) -> None:
    result = run(tmp_path, "http://127.0.0.1:9", "checkout:live", "--version", "42", "--dry-run")
    assert result.exit_code == Exit.UNREACHABLE
    assert result.stderr == "multitool: 127.0.0.1:9 cannot be reached.\n"


def test_a_version_that_serves_already_is_no_failure(tmp_path: Path, sandbox: Sandbox) -> None:
    result = run(tmp_path, sandbox.url, "checkout:live", "--version", "41", "--headless")
    assert result.exit_code == Exit.DONE
    assert "nothing to do: checkout:live is on v41 already: there is nothing to release." in result.stdout


def test_what_is_no_package_is_refused(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "build.zip"
    for content, sentence in (
        (b"no zip", "is no zip file, or is cut off."),
        (bytes(LARGEST + 1), "Lambda takes at most 52,428,800 (50 MB) in a request"),
        (zipped({"other.py": ""}), "build.zip has no app.py, which the handler app.handler is in."),
    ):
        path.write_bytes(content)
        for manner in ("--headless", "--dry-run"):
            result = run(tmp_path, sandbox.url, "checkout:live", "--zip", str(path), manner)
            assert result.exit_code == Exit.USAGE
            assert sentence in result.stderr
            assert "Traceback" not in result.output


@pytest.mark.parametrize("arguments", [(), ("--version", "42", "--zip", __file__)])
def test_one_of_zip_and_version_is_wanted(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = run(tmp_path, "http://127.0.0.1:9", "checkout:live", *arguments, "--headless")
    assert result.exit_code == Exit.USAGE
    assert "--version N or --zip FILE, one of the two" in result.stderr
