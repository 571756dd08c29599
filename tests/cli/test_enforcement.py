"""`--enforce`: a policy in a file, for the sandbox and for the demo."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.permissions.support import statement, written
from tests.support.terminal import MULTITOOL, Terminal, clean_environment


def test_a_sandbox_with_a_policy_serves_what_that_allows(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(written(statement(Action="lambda:List*")))
    sandbox = subprocess.Popen(
        [MULTITOOL, "sandbox", "--port", "0", "--enforce", str(file)],
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    )
    try:
        assert sandbox.stdout is not None
        sandbox.stdout.readline()
        url = sandbox.stdout.readline().split(" at ")[1].split(". ")[0]
        client = boto3.Session("x", "y", region_name="eu-west-1").client("lambda", endpoint_url=url)
        assert client.list_aliases(FunctionName="checkout")["Aliases"]
        with pytest.raises(ClientError, match="not authorized to perform: lambda:GetAlias on resource"):
            client.get_alias(FunctionName="checkout", Name="live")
        client.close()
    finally:
        sandbox.terminate()
        sandbox.communicate(timeout=10)


def test_a_demo_shows_what_the_screen_does_under_a_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(written(statement(), statement("Deny", Action="lambda:ListFunctions")))
    terminal = Terminal("demo", "--enforce", str(file))
    try:
        terminal.wait_for("lambda:ListFunctions")
    finally:
        terminal.close()


def test_a_demo_that_may_not_release_says_why_and_ends(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(written(statement(), statement("Deny", Action="lambda:UpdateAlias")))
    terminal = Terminal("demo", "--enforce", str(file))
    try:
        assert terminal.wait_for_end() == 3
        assert "lambda:UpdateAlias is denied to the caller by a policy." in " ".join(terminal.text.split())
    finally:
        terminal.close()


@pytest.mark.parametrize("command", ["sandbox", "demo"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("no JSON", "The policy is no JSON: Expecting value in line 1, column 1."),
        (json.dumps({"Statement": []}), 'The policy has no Version: write "Version": "2012-10-17".'),
        (written(statement(Principal="*")), "There is a Principal in statement 1"),
        (None, "cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_is_no_policy_ends_the_command(
    tmp_path: Path, command: str, text: str | None, sentence: str
) -> None:
    file = tmp_path / "policy.json"
    if text is not None:
        file.write_text(text)
    port = ["--port", "0"] if command == "sandbox" else []
    run = subprocess.run(
        [MULTITOOL, command, *port, "--enforce", str(file)],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=30,
        check=False,
    )
    assert run.returncode == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


def test_a_condition_that_the_sandbox_cannot_evaluate_is_named(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(written(statement(Condition={"Bool": {"aws:SecureTransport": True}})))
    run = subprocess.run(
        [MULTITOOL, "sandbox", "--port", "0", "--enforce", str(file)],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=30,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr == (
        "multitool: The policy has a condition on aws:SecureTransport, which the sandbox knows of no request.\n"
    )
