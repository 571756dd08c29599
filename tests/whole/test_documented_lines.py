"""Every line of shell in README.md, CONTRIBUTING.md and docs/; test_documented_commands.py runs `multitool`'s own."""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from packaging.requirements import Requirement

from multitool_tui.sandbox.server import Sandbox
from tests.support.documented import PAGES, PROGRAMS, ROOT, documented_commands, simple_commands, written_in
from tests.support.serving import serving
from tests.support.terminal import clean_environment
from tests.support.world import REGION
from tests.whole.test_recipes import RECIPES

WRITTEN = {page.name: written_in(page.read_text(encoding="utf-8")) for page in PAGES}
COMMANDS = {
    (page, shlex.join(words)): words
    for page, written in WRITTEN.items()
    for line in written.typed
    for words in simple_commands(line)
}

NOT_HERE = {
    "true": "what a shell has",
    "echo '$TOKEN'": "a runner's secret, to a file that nobody reads here",
    "zip mine.zip app.py": "another program's; tests/cli/test_demo_zip.py releases such a file",
    "sam build": "another program's",
    "sam deploy": "another program's",
    "aws sso login": "opens a browser",
    "aws login": "opens a browser; version 2 of the AWS CLI has it",
    "pipx install": "named only; tests/whole/test_wheel.py installs the wheel",
    "mkdocs serve": "serves until it is ended",
    "python -m build": "tests/whole/test_wheel.py runs it",
    ".ci/run": "runs these tests",
}
"""What is not run, and why. Nothing else is left out."""

SHOWN = {
    "judge.md": (
        '{"minute"',
        '{"error"',
        "10:05 ",
        'Rollout "checkout v42"',
    ),  # tests/stream/test_docs.py has the first
    "manifest.md": ("multitool.toml, line 4",),
    "notifications.md": ("checkout:live rolling back",),
    "reliability.md": ("[multitool v41>v42",),
    "stages.md": ("[multitool v41>v42",),
    "sandbox.md": (
        *(
            "clock = ManualClock",
            "# app.py",
            "description = ",
            "[target]",
            "[[functions]]",
            "sandbox.faults.add",
            "User: arn",
        ),
    ),
    "simulate.md": ("40 requests", "policy  ", "2 requests", "healthy ", "rps = 40", "[harm]", "[[disturbance]]"),
}
"""How the paragraphs of blocks begin that nobody types: output, or a file's content."""

LANGUAGES = {"json", "toml", "yaml", "python", "ts", "hcl"}
"""The blocks in these are files; what a workflow runs is found in them."""

STANDS_FOR = {"API": "{api}", "REGION": REGION, "STAGE/PATH": "prod/checkout"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
ROLE = {
    "RoleName": "orders-role",
    "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [TRUST]}),
}
ALARM = {
    "AlarmName": "orders-live-errors",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
DASHBOARD = {"DashboardName": "orders-live-eu-west-1", "DashboardBody": '{"widgets": []}'}
MADE_BEFORE: dict[str, Callable[[Any], object]] = {
    "attach-role-policy": lambda iam: iam.create_role(**ROLE),
    "delete-role": lambda iam: iam.create_role(**ROLE),
    "delete-alarms": lambda cloudwatch: cloudwatch.put_metric_alarm(**ALARM),
    "delete-dashboards": lambda cloudwatch: cloudwatch.put_dashboard(**DASHBOARD),
}
"""What setup has made, for the commands that are about it."""


def test_every_block_is_commands_or_known_for_what_else_it_is() -> None:
    for page, written in WRITTEN.items():
        starts = SHOWN.get(page, ())
        assert written.languages <= LANGUAGES, page
        unknown = [each for each in written.shown if not each.startswith(starts)]
        assert not unknown, f"{page}: is this to be typed? Then its program is to be in PROGRAMS ({PROGRAMS})"
        assert all(any(each.startswith(start) for each in written.shown) for start in starts), page
    assert NOT_HERE.keys() <= {command for _, command in COMMANDS}


def _by(program: str, long: Callable[[list[str]], bool] = lambda _: False) -> list[Any]:
    return [
        pytest.param(words, id=f"{page}: {command}", marks=[pytest.mark.long] if long(words) else [])
        for (page, command), words in COMMANDS.items()
        if Path(words[0]).name == program and command not in NOT_HERE
    ]


def test_every_command_has_a_test_here() -> None:
    known = {"multitool", "aws", "pip", "pipx", "python", "python3", "pytest", "curl", "export"}
    left = [command for _, command in COMMANDS if Path(shlex.split(command)[0]).name not in known]
    assert set(left) <= NOT_HERE.keys()
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_multitools_own_are_run_by_their_own_tests() -> None:
    run = {tuple(shlex.split(each)) for each in documented_commands()}
    assert [words for (_, _), words in COMMANDS.items() if words[0] == "multitool" and tuple(words) not in run] == []


# pip and pipx: what is asked for exists, and was installed once in versions that it accepts

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TESTED = dict(
    line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if "==" in line
)


@pytest.mark.parametrize("words", [*_by("pip"), *_by("pipx")])
def test_what_is_installed_exists(words: list[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["install"])
    parser.add_argument("-c", type=Path, default=ROOT / "constraints.txt")
    parser.add_argument("-e", action="store_true")
    parser.add_argument("what")
    asked = parser.parse_args(words[1:])
    assert (ROOT / asked.c).is_file()
    here = re.sub(r"^\.", PROJECT["name"], asked.what) if asked.e else asked.what
    wanted = Requirement(here)
    assert wanted.name == PROJECT["name"]
    names = {name.lower(): version for name, version in TESTED.items()}
    needs = [each for extra in wanted.extras for each in PROJECT["optional-dependencies"][extra]]
    for each in map(Requirement, [*PROJECT["dependencies"], *needs]):
        if each.marker is None or each.marker.evaluate():
            assert each.specifier.contains(names[each.name.lower()]), f"{each} is not what constraints.txt has"


# python -m: the module exists, and takes what is written


class Begun(Exception):
    """The program has understood its arguments, and would begin now."""


@pytest.mark.parametrize("words", [*_by("python"), *_by("python3")])
def test_a_program_takes_the_arguments_that_are_written(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if words[1] != "-m":
        assert words[1] in RECIPES  # tests/whole/test_recipes.py runs them
        return
    module, arguments = words[2], words[3:]
    if module == "venv":
        monkeypatch.chdir(tmp_path)
        venv.main([*arguments, "--without-pip"])
        assert (tmp_path / ".venv" / "bin" / "python3").exists()
        return
    spec = importlib.util.find_spec(f"{module}.__main__" if (ROOT / module.replace(".", "/")).is_dir() else module)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)
    source = Path(spec.origin).read_text(encoding="utf-8")
    assert '\nif __name__ == "__main__":\n' in source
    if not (arguments or "ArgumentParser" in source):
        return  # there is nothing to understand, and to run it takes minutes
    understand = argparse.ArgumentParser.parse_args

    def parsed(self: argparse.ArgumentParser, *given: Any) -> None:
        understand(self, *given)
        raise Begun

    def begun(work: Coroutine[Any, Any, Any]) -> None:
        work.close()
        raise Begun

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    monkeypatch.setattr(asyncio, "run", begun)
    monkeypatch.setattr(sys, "argv", [spec.origin, *arguments])
    with pytest.raises(Begun):
        runpy.run_path(spec.origin, run_name="__main__")


@pytest.mark.parametrize("words", _by("pytest"))
def test_tests_that_are_named_exist(words: list[str], pytestconfig: pytest.Config) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", choices=[line.split(":")[0] for line in pytestconfig.getini("markers")])
    parser.add_argument("-k", default="")
    parser.add_argument("path", nargs="?", default="tests")
    asked = parser.parse_args(words[1:])
    files = [ROOT / asked.path] if asked.path.endswith(".py") else list((ROOT / asked.path).rglob("test_*.py"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert re.search(rf"def test_\w*{asked.k}", text)
    assert asked.m is None or f"mark.{asked.m}" in text


# On the sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serving("stage") as served:
        yield served


def _exported(page: str, here: str) -> Mapping[str, str]:
    """The environment that a page asks for, with the sandbox's address in the place of the one that is written."""
    words = [
        word for (name, _), words in COMMANDS.items() if name == page and words[0] == "export" for word in words[1:]
    ]
    given = dict(word.split("=", 1) for word in words)
    assert given["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    return given | {"AWS_ENDPOINT_URL": here}


@pytest.mark.parametrize("words", _by("aws", long=lambda words: words[1] != "lambda"))
def test_the_aws_cli_does_it(words: list[str], request: pytest.FixtureRequest) -> None:
    """Named only, or of a service that the sandbox has not: it is held against the service's model, and no more."""
    service, here = words[1], "http://127.0.0.1:1"
    if words[-1] == "..." or len(words) == 3:
        words = [*(word for word in words if word != "..."), "--generate-cli-skeleton"]
    elif service == "logs":
        words = [*words, "--generate-cli-skeleton", "output"]
    else:
        here = request.getfixturevalue("sandbox").url
    if make := MADE_BEFORE.get(words[2]):
        client = boto3.client(service, endpoint_url=here, region_name=REGION)
        make(client)
        client.close()
    environment = clean_environment(**_exported("sandbox.md", here))
    command = [sys.executable, "-m", "awscli", *words[1:]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", _by("curl"))
def test_curl_is_answered(words: list[str], sandbox: Sandbox) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-X")
    parser.add_argument("-d")
    parser.add_argument("-H", default="Accept: */*")
    parser.add_argument("url")
    asked = parser.parse_args(words[1:])
    header, url = asked.H, asked.url.replace("http://127.0.0.1:4599", sandbox.url)
    for written, here in STANDS_FOR.items():
        header, url = (re.sub(rf"\b{written}\b", here, text) for text in (header, url))
    client = boto3.client("apigateway", REGION, endpoint_url=sandbox.url)
    [api] = [each["id"] for each in client.get_rest_apis()["items"] if each["name"] == "shop"]
    client.close()
    name, value = header.format(api=api).split(": ")
    request = Request(url, asked.d.encode() if asked.d else None, {name: value}, method=asked.X)  # noqa: S310
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        assert answer.status in (200, 201)
