"""Scenarios: what ships, what one's own may say, and that the alarm scenario alarms."""

from __future__ import annotations

import time
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.scenario import Scenario, load_scenario, scenario_names
from multitool_tui.sandbox.server import Sandbox
from tests.sandbox.conftest import NOON, Make

SHIPPED = [
    *("alarm", "api", "api-errors", "burst", "errors", "healthy", "quiet", "slow", "slow-burn"),
    *("stage", "stage-errors", "zero-baseline"),
]

MINE = """
description = "Mine."
target = { function = "f", alias = "live", baseline = "1", canary = "2" }
[[functions]]
name = "f"
versions = 2
aliases = [{ name = "live", version = "1", rate = 60.0 }]
"""


def test_the_scenarios_that_ship() -> None:
    assert scenario_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_scenario_describes_itself_and_can_be_played(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.description.endswith(".")
    assert "\n" not in scenario.description
    target = scenario.target
    assert (target.function, target.alias, target.baseline, target.canary) == ("checkout", "live", "41", "42")
    sandbox = Sandbox(scenario=scenario, clock=ManualClock(NOON))
    alias = sandbox.alias("checkout", "live")
    assert (alias.version, alias.weights) == ("41", {})
    alarms = {alarm.name for alarm in scenario.alarms}
    assert set(scenario.plan.alarms) <= alarms


def test_a_sandbox_is_ready_at_once() -> None:
    load_scenario("errors")
    begun = time.perf_counter()
    Sandbox(scenario=load_scenario("errors"), clock=ManualClock(NOON))
    assert time.perf_counter() - begun < 0.3


async def test_the_alarm_scenario_alarms_because_of_the_canary(make: Make) -> None:
    aws = await make("alarm")
    aws.clock.advance(1800)
    assert (await aws.alarm("checkout-declined-cards"))["StateValue"] == "OK"
    await aws.weigh(0.05)
    weighted = aws.clock.now()
    aws.clock.advance(900)
    alarm = await aws.alarm("checkout-declined-cards")
    assert alarm["StateValue"] == "ALARM"
    assert timedelta(minutes=3) < alarm["StateTransitionedTimestamp"] - weighted < timedelta(minutes=9)
    errors = await aws.series("Errors", minutes=20, version="42", period=3600)
    invocations = await aws.series("Invocations", minutes=20, version="42", period=3600)
    assert sum(errors.values()) / sum(invocations.values()) < 0.008
    assert (await aws.alarm("checkout-error-rate"))["StateValue"] == "OK"
    await aws.weigh(0)
    aws.clock.advance(900)
    assert (await aws.alarm("checkout-declined-cards"))["StateValue"] == "OK"


async def test_a_healthy_release_alarms_nobody(make: Make) -> None:
    aws = await make("healthy")
    for weight in (0.05, 0.25, 0.5, 1.0):
        await aws.weigh(weight)
        aws.clock.advance(600)
    states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in
              (await aws("cloudwatch", "describe_alarms"))["MetricAlarms"]}  # fmt: skip
    assert states["checkout-error-rate"] == states["checkout-p99-duration"] == "OK"


async def test_quiet_is_quiet(make: Make) -> None:
    aws = await make("quiet")
    minutes = await aws.series("Invocations", minutes=180)
    assert 2 < sum(minutes.values()) / 180 < 4
    # Some minutes have no request, and then no data point.
    assert 150 < len(minutes) < 178


async def test_versions_published_in_the_sandbox_behave_as_new_ones(make: Make) -> None:
    aws = await make("errors")
    await aws("lambda", "update_function_configuration", FunctionName="checkout", Description="43")
    aws.clock.advance(5)
    assert (await aws("lambda", "publish_version", FunctionName="checkout"))["Version"] == "43"
    await aws.weigh(0.5, "43")
    aws.clock.advance(900)
    errors = sum((await aws.series("Errors", minutes=12, version="43")).values())
    assert errors / sum((await aws.series("Invocations", minutes=12, version="43")).values()) > 0.05


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def test_a_scenario_of_ones_own(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, MINE))
    assert (scenario.name, scenario.description, scenario.history) == ("mine", "Mine.", timedelta(hours=3))
    assert scenario.functions[0].version_names == ["1", "2"]


def test_the_example_in_the_documentation(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")
    example = page.split("### Your own")[1].split("\n\n    ", 1)[1].split("\n\n|")[0]
    scenario = load_scenario(write(tmp_path, example))
    [checkout] = [function for function in scenario.functions if function.name == "checkout"]
    assert checkout.behaviour_of("42").error_rate == checkout.behaviour_of("43").error_rate == 0.1
    assert checkout.changes[0].lasts == timedelta(minutes=5)


def test_an_account_can_be_shared_and_changed(tmp_path: Path) -> None:
    text = """
description = "Less traffic."
account = "shop"
[[functions]]
name = "search"
aliases = [{ name = "live", rate = 10.0 }]
[[functions]]
name = "extra"
"""
    scenario = load_scenario(str(write(tmp_path, text)))
    functions = {function.name: function for function in scenario.functions}
    assert "checkout" in functions
    assert functions["extra"].versions == 1
    assert [(alias.name, alias.version, alias.rate) for alias in functions["search"].aliases] == [
        ("live", "103", 10.0),
        ("beta", "103", 25.0),
    ]


WRONG = [
    ("", "description"),
    ("description = ", "TOML"),
    (MINE + "surprise = 1", "surprise"),
    (MINE.replace('version = "1", rate', 'version = "7", rate'), "f has no version 7"),
    (MINE.replace('canary = "2"', 'canary = "9"'), "version 9"),
    (MINE.replace('function = "f"', 'function = "g"'), "g is not among the functions"),
    (MINE.replace('alias = "live"', 'alias = "dead"'), "dead is not an alias of f"),
    (MINE + 'behaviour.default = { error_rate = 1.5 }', "less than or equal to 1"),
    (MINE + 'behaviour.default = { eror_rate = 0.5 }', "eror_rate"),
    (MINE + 'changes = [{ after = "soon", error_rate = 0.5 }]', "soon"),
    ('account = "none"\n' + MINE, "there is no account 'none'"),
    (MINE + '[[metrics]]\nnamespace = "X"\nname = "m"', "value, or function and alias"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_file_is_told_in_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ValueError, match=r".") as caught:
        load_scenario(path)
    assert not isinstance(caught.value, ValidationError | tomllib.TOMLDecodeError)
    message = str(caught.value)
    assert str(path) in message
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize("name", ["nope", "", "shop", "accounts/shop", "../healthy"])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"there is no scenario .*: choose alarm, api, api-errors, burst, errors"):
        load_scenario(name)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        load_scenario("nowhere.toml")


@pytest.mark.parametrize(
    ("addition", "words"),
    [
        ('[[alarms]]\nname = "a"\n[alarms.parameters]\nMetricName = "m"', "alarm a:"),
        ('[[alarms]]\nname = "a"\n[alarms.parameters]\nAlarmRule = "ALARM(gone)"', "do not exist"),
        (
            '[[metrics]]\nnamespace = "X"\nname = "m"\nfunction = "f"\nalias = "dead"',
            "metric m counts f:dead, which has no traffic",
        ),
    ],
)
def test_what_aws_would_refuse(tmp_path: Path, addition: str, words: str) -> None:
    scenario = load_scenario(write(tmp_path, MINE + addition))
    with pytest.raises(ValueError, match=r".") as caught:
        Sandbox(scenario=scenario, clock=ManualClock(NOON))
    assert words in str(caught.value)


def test_scenarios_do_not_change() -> None:
    scenario: Scenario = load_scenario("healthy")
    with pytest.raises(ValidationError):
        scenario.name = "other"
