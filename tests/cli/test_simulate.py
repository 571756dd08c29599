"""`multitool simulate` as a whole: tables, JSON, what is refused and how, and what the other commands do not load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from multitool_tui.cli import main
from multitool_tui.cli.exits import Exit
from tests.cli.test_lightness import loaded_by

SERVICE = ("--rps", "20", "--base", "1%", "--harm", "+20%")
FEW = ("--runs", "3", "--jobs", "1")


def simulated(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments])


def document(*arguments: str) -> dict[str, Any]:
    result = simulated(*arguments, "--json")
    assert result.exit_code == Exit.DONE, result.output
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "checkout.toml"
    file.write_text('rps = 5\nbase = "1%"\nminutes = 30\nharm = { share = "50%", onset = 2 }\n')
    return file


def test_policies_side_by_side_as_a_table() -> None:
    result = simulated(*SERVICE, *FEW, "--policy", "multitool", "--policy", "kayenta")
    assert result.exit_code == Exit.DONE
    assert result.stdout.startswith("20 requests a second, of which 1% fail anyway; a bad version fails 20% more.\n")
    head, ours, kayenta = result.stdout.splitlines()[3:6]
    assert head.split("  ")[0] == "policy"
    assert ours.split()[:3] == ["multitool", "0%", "100%"]
    assert kayenta.split()[0] == "kayenta"
    assert kayenta.split()[-2:] == ["30", "30"]


def test_policies_side_by_side_as_json() -> None:
    said = document(*SERVICE, *FEW, "--policy", "flagger", "--seed", "7")
    assert (said["runs"], said["seed"], said["scenario"]["rps"], said["scenario"]["base"]) == (3, 7, 20, 0.01)
    (flagger,) = said["policies"]
    assert flagger["policy"] == "flagger"
    assert flagger["bad"]["rolled_back"] == flagger["good"]["runs"] == 3
    assert said == document(*SERVICE, *FEW, "--policy", "flagger", "--seed", "7")


def test_all_policies_are_compared_where_none_is_named() -> None:
    said = document("--rps", "1", "--base", "1%", "--runs", "1", "--jobs", "1")
    assert len(said["policies"]) == 9
    assert said["policies"][0]["policy"] == "multitool"
    assert said["scenario"]["harm"]["share"] == 0.01


def test_options_win_over_the_file(scenario: Path) -> None:
    kept = document(str(scenario), *FEW, "--policy", "flagger")["scenario"]
    assert (kept["rps"], kept["minutes"], kept["harm"]["share"], kept["harm"]["onset"]) == (5, 30, 0.5, 2)
    changed = document(
        str(scenario), *FEW, "--policy", "flagger", "--rps", "9", "--harm", "1%", "--noise", "0.2", "--bursts",
        "--minutes", "20",
    )["scenario"]  # fmt: skip
    assert (changed["rps"], changed["minutes"], changed["harm"]["share"], changed["harm"]["onset"]) == (9, 20, 0.01, 2)
    assert [each["kind"] for each in changed["disturbance"]] == ["noise", "bursts"]


def test_our_policy_goes_by_the_plan_that_is_named() -> None:
    by_steps = document(*SERVICE, *FEW, "--harm", "0%", "--policy", "multitool", "--strategy", "10%/5m")
    assert by_steps["policies"][0]["good"]["minutes_to_promote"] < 10


def test_power_in_words_and_as_json() -> None:
    result = simulated("--rps", "2", "--base", "0.1%", "--power", "--runs", "4")
    assert result.exit_code == Exit.DONE
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "2 requests a second, of which 0.1% fail anyway. 4 rollouts of a healthy version, and for each harm."
    )
    assert lines[2] == "healthy     always promoted, then after 27 minutes (median)."
    assert lines[3] == "+0.1% fail  cannot be told at this traffic: never found."
    assert lines[-1].startswith("all fail    always found, then after 2 minutes and ")
    said = document("--rps", "2", "--base", "0.1%", "--power", "--runs", "4")
    assert [row["harm"] for row in said["power"]] == [0.001, 0.01, 0.05, 0.5, 1.0]
    assert said["power"][-1]["detected"] == 1
    assert said["healthy"] == {"promoted": 1, "rolled_back": 0, "minutes": 27}


def test_power_where_hardly_anything_can_be_told() -> None:
    lines = simulated("--rps", "0.01", "--base", "5%", "--power", "--runs", "2").stdout.splitlines()
    assert lines[2] == "healthy     cannot be told at this traffic: never promoted."
    assert lines[3] == "+0.1% fail  cannot be told at this traffic: never found."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--rps and --base, or a scenario file"),
        (("--rps", "1"), "--rps and --base, or a scenario file"),
        (("--rps", "0", "--base", "1%"), "--rps"),
        (("--rps", "1", "--base", "lots"), "'lots' is not a percentage"),
        (("--rps", "1", "--base", "1%", "--policy", "luck"), "No policy is called 'luck': there are multitool, "),
        (("--rps", "1", "--base", "1%", "--strategy", "luck"), "luck"),
        (("--rps", "1", "--base", "1%", "--power", "--policy", "flagger"), "leave --policy away"),
        (("nowhere.toml",), "nowhere.toml cannot be read"),
    ],
)
def test_what_cannot_be_simulated_is_said_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    result = simulated(*arguments)
    assert result.exit_code == Exit.USAGE
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_key_at_fault_is_named(scenario: Path) -> None:
    scenario.write_text(scenario.read_text() + "rsp = 4\n")
    result = simulated(str(scenario))
    assert result.exit_code == Exit.USAGE
    assert result.stderr.splitlines() == [f"multitool: {scenario}: rsp: Extra inputs are not permitted."]


@pytest.mark.parametrize("arguments", [["--help"], ["simulate", "--help"], ["judge", "--help"]])
def test_numpy_is_loaded_by_a_simulation_alone(arguments: list[str]) -> None:
    code = f"from multitool_tui.cli import main\ntry: main({arguments})\nexcept SystemExit: pass"
    assert not loaded_by(code) & {"numpy", "pydantic", "textual"}
