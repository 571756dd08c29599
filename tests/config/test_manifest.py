"""The manifest: what it means, and what is said when it is wrong."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from multitool_tui.config import Manifest, ManifestError, load_manifest, manifest_schema
from multitool_tui.config.reading import read_manifest
from multitool_tui.rollout.plan import Analysis, Behind, OnInconclusive, Plan, Ramp, Step
from multitool_tui.rollout.strategies import STRATEGIES

DOCS = Path(__file__).parents[2] / "docs" / "manifest.md"


def _minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def _example() -> str:
    found = re.search(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def _load(folder: Path, text: str) -> Manifest:
    file = folder / "multitool.toml"
    file.write_text(text, encoding="utf-8")
    return load_manifest(file)


# What it means


def test_the_documented_example_is_a_manifest(tmp_path: Path) -> None:
    plans = _load(tmp_path, _example()).plans()
    assert list(plans) == ["checkout", "payments", "search", "shop"]
    assert plans["checkout"] == (
        "checkout:live",
        Plan(
            strategy="own steps",
            steps=(Step(0.05, _minutes(5)), Step(0.25, _minutes(10), gate=True), Step(0.5, _minutes(5))),
            analysis=Analysis(
                period=_minutes(1),
                seal_after=_minutes(2.5),
                max_age=_minutes(6),
            ),
            alarms=("checkout-5xx", "checkout-p99"),
            deadline=_minutes(120),
            on_inconclusive=OnInconclusive.ROLL_BACK,
            bake_after_promote=_minutes(10),
        ),
    )
    name = "Linear10PercentEvery3Minutes"
    assert plans["search"] == ("search:live", STRATEGIES[name])
    ramp = Ramp(budget=10, max_weight=0.5, min_bake=_minutes(20))
    analysis = Analysis(slow_rolls_back=True)
    assert plans["payments"] == ("payments:live", Plan("adaptive", ramp=ramp, analysis=analysis))
    analysis = Analysis(latency=False, client_errors=True)
    shop = Plan("adaptive", ramp=Ramp(), analysis=analysis, behind=Behind("checkout"))
    assert plans["shop"] == ("shop/prod", shop)


def test_a_rollout_without_strategy_and_steps_is_adaptive(tmp_path: Path) -> None:
    assert _load(tmp_path, _rollout()).plans()["checkout"][1] == STRATEGIES["adaptive"]


METRIC_TABLES = ("MetricPairKeys", "MetricQueryKeys", "MetricStatKeys", "MetricKeys", "DimensionKeys")
TABLES = ("RolloutKeys", "StageKeys", "StepKeys", "AnalysisKeys", *METRIC_TABLES, "SmokeKeys", "HookKeys")


def test_every_key_is_documented_and_no_other() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    tables = manifest_schema()["$defs"]
    keys = [key for table in TABLES for key in tables[table]["properties"]]
    # The table `stage` has a key of its name.
    assert sorted(set(documented)) == sorted(set(keys) - {"analysis"})


def test_every_documented_default_is_the_default() -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    defaults = {
        key: described["default"]
        for name, table in manifest_schema()["$defs"].items()
        if name in TABLES
        for key, described in table.get("properties", {}).items()
        if "default" in described and key != "analysis"
    }
    assert {key: json.loads(default) for key, default in documented.items()} == defaults


def test_where_the_manifest_is_silent_the_engines_own_defaults_hold() -> None:
    assert read_manifest(_rollout('strategy = "AllAtOnce"')).plans() == {
        "checkout": ("checkout:live", Plan("AllAtOnce", ()))
    }


def test_codedeploys_long_names_are_understood() -> None:
    (_, plan) = read_manifest(_rollout('strategy = "CodeDeployDefault.LambdaCanary10Percent5Minutes"')).plans()[
        "checkout"
    ]
    assert plan.steps == (Step(0.1, _minutes(5)),)


def test_weights_are_percentages_to_the_last_digit() -> None:
    steps = "steps = [{ weight = 0.41, bake = '1m' }, { weight = 7, bake = '0s' }, { weight = 55.5, bake = '1m' }]"
    (_, plan) = read_manifest(_rollout(steps)).plans()["checkout"]
    assert [step.weight for step in plan.steps] == [0.0041, 0.07, 0.555]


def test_steps_may_be_tables_of_their_own() -> None:
    text = _rollout() + "[[rollouts.checkout.steps]]\nweight = 5\nbake = '5m'\n"
    assert read_manifest(text).plans()["checkout"][1].steps == (Step(0.05, _minutes(5)),)


@pytest.mark.parametrize("period", ["1s", "5s", "10s", "20s", "30s", "60s", "5m", "1d"])
def test_cloudwatchs_periods_are_taken(period: str) -> None:
    text = _rollout('strategy = "AllAtOnce"') + f'[rollouts.checkout.analysis]\nperiod = "{period}"\n'
    assert read_manifest(text).plans()["checkout"][1].analysis.period > timedelta(0)


def test_a_manifest_without_rollouts_has_no_plans() -> None:
    assert read_manifest("[rollouts]").plans() == {}


def test_a_manifest_does_not_change() -> None:
    manifest = read_manifest(_rollout('strategy = "AllAtOnce"'))
    with pytest.raises(ValueError, match="frozen"):
        manifest.rollouts["checkout"].alias = "dev"


# What is said when it is wrong


def _rollout(*rest: str) -> str:
    """A manifest of one rollout; what `rest` says begins on line 4."""
    return "\n".join(["[rollouts.checkout]", 'function = "checkout"', 'alias = "live"', *rest, ""])


def _analysis(*rest: str) -> str:
    """The same with a strategy on line 4, and an analysis whose keys begin on line 6."""
    return _rollout('strategy = "AllAtOnce"', "[rollouts.checkout.analysis]", *rest)


IN_CHECKOUT = {
    'stratgy = "AllAtOnce"': "stratgy is not a key; the nearest one is strategy",
    'Alias = "dev"': "Alias is not a key; the nearest one is alias",
    '"a key" = 1': '"a key" is not a key; the nearest one is strategy',
    'strategy = "Canary5"': (
        f"strategy: no strategy is called 'Canary5': there are {', '.join(STRATEGIES)}, or steps of your own"
    ),
    "strategy = 5": "strategy should be a string, not 5",
    "steps = []": 'steps has no step in it: strategy = "AllAtOnce" is the one without',
    "steps = 5": "steps should be an array, not 5",
    "steps = [5]": "steps[1] should be a table, not 5",
    'steps = [{ weight = 5, bake = "5m" }, { weight = 5, bake = "5m" }]': (
        "steps: each step must weigh more than the one before it: 5%, 5%"
    ),
    "steps = [{ weight = 5 }]": "steps[1].bake is missing",
    'steps = [{ weight = 5, bake = "5m" }, { weight = "25%", bake = "5m" }]': (
        'steps[2].weight should be a number, not "25%"'
    ),
    'steps = [{ weight = 0, bake = "5m" }]': "steps[1].weight should be greater than 0, not 0",
    'steps = [{ weight = 100, bake = "5m" }]': "steps[1].weight should be less than 100, not 100",
    'steps = [{ weight = nan, bake = "5m" }]': "steps[1].weight should be a finite number, not nan",
    'steps = [{ weight = true, bake = "5m" }]': "steps[1].weight should be a number, not true",
    'steps = [{ weight = 1e-99, bake = "5m" }]': "steps: a step's weight lies between 0% and 100%, not at 0%",
    'steps = [{ weight = 5, bake = "soon" }]': (
        "steps[1].bake: 'soon' is not a duration: write it like 90s, 5m, 1h30m or 2d"
    ),
    'steps = [{ weight = 5, bake = "5m", gate = "door" }]': "steps[1].gate should be 'operator', not \"door\"",
    'steps = [{ weight = 5, bake = "5m", gates = "operator" }]': "steps[1].gates is not a key; the nearest one is gate",
    "alarms = 'checkout-5xx'": 'alarms should be an array, not "checkout-5xx"',
    "alarms = ['a', 1]": "alarms[2] should be a string, not 1",
    "alarms = ['']": "alarms[1] names no alarm",
    "deadline = 120": 'deadline should be a duration in quotes, like "5m"',
    "deadline = '2 hours'": "deadline: '2 hours' is not a duration: write it like 90s, 5m, 1h30m or 2d",
    "deadline = '9999d'": "deadline: '9999d' is longer than ten years",
    "on_inconclusive = 'shrug'": "on_inconclusive should be 'roll_back', 'hold' or 'promote', not \"shrug\"",
    "analysis = 1": "analysis should be a table, not 1",
    "max_weight.x = [1]": "max_weight is not a key; the nearest one is anomaly_gate",
}


@pytest.mark.parametrize(("line", "sentence"), IN_CHECKOUT.items(), ids=IN_CHECKOUT)
def test_a_wrong_key_of_a_rollout_is_told_with_its_line(tmp_path: Path, line: str, sentence: str) -> None:
    _expect(tmp_path, _rollout(line), 4, f"rollouts.checkout.{sentence}.")


IN_ANALYSIS = {
    "perod = '60s'": "perod is not a key; the nearest one is period",
    "period = '45s'": "period is no CloudWatch period: 1s, 5s, 10s, 20s, 30s, or whole minutes up to a day",
    "period = '0s'": "period is no CloudWatch period: 1s, 5s, 10s, 20s, 30s, or whole minutes up to a day",
    "max_age = '1m'": "max_age is shorter than seal_after (2m 30s): no evidence would ever be fresh",
    "max_weight = 100": "max_weight should be less than 100, not 100",
    "max_weight = 0": "max_weight should be greater than 0, not 0",
    "max_weight = '25%'": 'max_weight should be a number, not "25%"',
    "max_weight = 1e-99": "max_weight is too small to be a weight",
    "budget = 0": "budget should be greater than 0, not 0",
    "budget = inf": "budget should be a finite number, not inf",
    "min_bake = 15": 'min_bake should be a duration in quotes, like "5m"',
    "slow_rolls_back = 'yes'": 'slow_rolls_back should be true or false, not "yes"',
}


@pytest.mark.parametrize(("line", "sentence"), IN_ANALYSIS.items(), ids=IN_ANALYSIS)
def test_a_wrong_key_of_the_analysis_is_told_with_its_line(tmp_path: Path, line: str, sentence: str) -> None:
    _expect(tmp_path, _analysis(line), 6, f"rollouts.checkout.analysis.{sentence}.")


ELSEWHERE = {
    "no rollouts": ("", 1, "rollouts is missing."),
    "another table": ("\n[rollout.checkout]\n", 2, "rollout is not a key; the nearest one is rollouts."),
    "rollouts is no table": ("rollouts = 1", 1, "rollouts should be a table, not 1."),
    "a rollout is no table": ("[rollouts]\ncheckout = 'live'", 2, 'rollouts.checkout should be a table, not "live".'),
    "no function": ("\n[rollouts.a]\nalias = 'live'\nstrategy='AllAtOnce'", 2, "rollouts.a.function is missing."),
    "a misspelt key that is missing then": (
        "[rollouts.a]\nfunktion = 'f'\nalias = 'live'\nstrategy='AllAtOnce'",
        2,
        "rollouts.a.funktion is not a key; the nearest one is function.",
    ),
    "a ramp's key without a ramp": (
        _rollout('strategy = "AllAtOnce"', "analysis.budget = 5"),
        5,
        "rollouts.checkout.analysis has budget, which is for strategy 'adaptive'.",
    ),
    "a deadline before the shortest bake": (
        _rollout('deadline = "15m"'),
        4,
        "rollouts.checkout.deadline comes before the shortest bake is over: it takes 15m.",
    ),
    "two plans": (
        _rollout('strategy = "AllAtOnce"', 'steps = [{ weight = 5, bake = "5m" }]'),
        5,
        "rollouts.checkout.steps and strategy exclude each other: keep one of the two.",
    ),
    "a deadline that cannot be met": (
        _rollout('strategy = "Canary10Percent10Minutes"', 'deadline = "10m"'),
        5,
        "rollouts.checkout.deadline comes before the steps are through: it takes 10m.",
    ),
    "the default deadline cannot be met": (
        _rollout('steps = [{ weight = 5, bake = "3h" }]'),
        1,
        "rollouts.checkout.deadline comes before the steps are through: it takes 3h.",
    ),
    "a strange name": (
        "[rollouts.'a b']\nfunction = 'f'\nalias = 'live'\nstrategy = 'AllAtOnce'",
        1,
        'rollouts."a b" is no name for a rollout: letters, digits, - and _ only.',
    ),
    "an empty name": (
        "[rollouts.'']\nfunction = 'f'\nalias = 'live'\nstrategy = 'AllAtOnce'",
        1,
        'rollouts."" is no name for a rollout: letters, digits, - and _ only.',
    ),
    "the name of a strategy": (
        "[rollouts.AllAtOnce]\nfunction = 'f'\nalias = 'live'\nstrategy = 'AllAtOnce'",
        1,
        "rollouts.AllAtOnce is the name of a strategy: give the rollout another.",
    ),
    "a function that is none": (
        "[rollouts.a]\nfunction = 'a:b'\nalias = 'live'\nstrategy = 'AllAtOnce'",
        2,
        "rollouts.a.function: 'a:b' is no function's name: letters, digits, - and _ only.",
    ),
    "a version in the place of an alias": (
        "[rollouts.a]\nfunction = 'f'\nalias = '7'\nstrategy = 'AllAtOnce'",
        3,
        "rollouts.a.alias: '7' is no alias: letters, digits, - and _, and not digits alone.",
    ),
    "several errors": (
        _rollout("deadline = 1", "alarms = 1", "nonsense = 1"),
        4,
        'rollouts.checkout.deadline should be a duration in quotes, like "5m".',
    ),
    "a step of many lines": (
        _rollout("steps = [", '  { weight = 5, bake = "5m" },', '  { weight = 25, bake = "x" } ]'),
        6,
        "rollouts.checkout.steps[2].bake: 'x' is not a duration: write it like 90s, 5m, 1h30m or 2d.",
    ),
    "a very long value": (
        _rollout(f"strategy = 'AllAtOnce'\non_inconclusive = '{'x' * 99}'"),
        5,
        f"rollouts.checkout.on_inconclusive should be 'roll_back', 'hold' or 'promote', not \"{'x' * 38}….",
    ),
    "no value": ("a = 1\nb =\n", 2, "this is not TOML: invalid value."),
    "the end is missing": ("a = 1\nb = [\n1,", 3, "this is not TOML: invalid value."),
    "a table twice": ("[a]\n[a]\n", 2, "this is not TOML: cannot declare ('a',) twice."),
}


@pytest.mark.parametrize(("text", "line", "sentence"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_is_wrong_elsewhere_is_told_with_its_line(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    _expect(tmp_path, text, line, sentence)


def _expect(folder: Path, text: str, line: int, sentence: str) -> None:
    with pytest.raises(ManifestError) as error:
        _load(folder, text)
    assert str(error.value) == f"{folder / 'multitool.toml'}, line {line}: {sentence}"


def test_the_documented_errors_are_what_is_said() -> None:
    documented = re.findall(r"^multitool\.toml, line .*$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    wrong_key = _rollout('stratgy = "AllAtOnce"')
    wrong_bake = _rollout("", "steps = [", '  { weight = 5, bake = "5m" },', '  { weight = 25, bake = "soon" } ]')
    said = []
    for text in (wrong_key, wrong_bake):
        with pytest.raises(ManifestError) as error:
            read_manifest(text)
        said.append(str(error.value))
    assert said == documented


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"multitool\.toml cannot be read: No such file or directory\.$"):
        load_manifest(tmp_path / "multitool.toml")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "multitool.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ManifestError, match=r"multitool\.toml is not UTF-8 text\.$"):
        load_manifest(tmp_path / "multitool.toml")


@pytest.mark.parametrize("depth", [*range(50, 1000, 50), 100_000])
def test_a_file_that_is_nested_deeply_is_told(depth: int) -> None:
    with pytest.raises(ManifestError, match=r"rollouts should be a table, not an array\.$|nested too deeply\.$"):
        read_manifest(f"rollouts = {'[' * depth}{']' * depth}")


# Whatever is written

_SCRAPS = st.sampled_from(
    [
        *("[rollouts.checkout]", "[rollouts.checkout.analysis]", "[[rollouts.checkout.steps]]", "[rollouts]", "\n"),
        *("function = 'f'", "alias = 'live'", "strategy = 'AllAtOnce'", "steps = ", "[", "]", "{", "}", ",", "'", '"'),
        *(
            "weight = ",
            "bake = ",
            "gate = ",
            "period = ",
            "deadline = ",
            "min_bake = ",
            "on_inconclusive = ",
            "x.y =",
        ),
        *("5", "-1", "1e999", "nan", "inf", "true", "'5m'", "'9999999999d'", "2026-01-05", "10:00:00", "'operator'"),
        *("9" * 30, "9" * 5000, "0x1F", '"""', "'''", "\\u0000", "# ", "="),
    ]
)


@given(st.lists(_SCRAPS | st.text(max_size=3), max_size=20).map("\n".join) | st.text())
@example(_rollout("steps = [{ weight = " + "9" * 400 + ", bake = '5m' }]"))
@example(_rollout("deadline = '" + "9" * 400 + "d'"))
@example("\N{ZERO WIDTH NO-BREAK SPACE}[rollouts]")
def test_any_text_is_a_manifest_or_a_sentence(text: str) -> None:
    with contextlib.suppress(ManifestError):
        assert isinstance(read_manifest(text).plans(), dict)


_DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["5m", "live", "", "AllAtOnce"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
_KEYS = ["function", "alias", "strategy", "steps", "alarms", "deadline", "on_inconclusive", "analysis", "period"]


@given(st.dictionaries(st.sampled_from(_KEYS), _DATA))
def test_any_value_for_a_key_is_taken_or_told_in_one_sentence(values: dict[str, object]) -> None:
    written = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    text = "\n".join(["[rollouts.checkout]", *written]).replace("NaN", "nan").replace("Infinity", "inf")
    sentence = ""
    try:
        read_manifest(text)
    except ManifestError as error:
        sentence = str(error)
    assert sentence == "" or re.fullmatch(r"multitool\.toml, line \d+: .+\.", sentence)


# The schema


def test_the_schema_knows_every_key_and_allows_no_other() -> None:
    schema = manifest_schema()
    assert schema["additionalProperties"] is False
    tables = schema["$defs"]
    assert all(tables[name]["additionalProperties"] is False for name in TABLES)
    assert "required" not in tables["RolloutKeys"]  # what it needs may stand in the defaults
    assert tables["StageKeys"]["required"] == ["api", "stage"]
    assert tables["StepKeys"]["required"] == ["weight", "bake"]
    assert tables["AnalysisKeys"]["properties"]["seal_after"]["default"] == "2m30s"


def test_the_schema_speaks_of_toml_only() -> None:
    assert "null" not in json.dumps(manifest_schema())


def test_the_schemas_pattern_of_a_duration_is_that_of_the_product() -> None:
    pattern = manifest_schema()["$defs"]["StepKeys"]["properties"]["bake"]["pattern"]
    assert all(re.match(pattern, text) for text in ("90s", "5m", "1h30m", "2d", "0.5s"))
    assert not any(re.match(pattern, text) for text in ("", "5", "soon", "5m,", "-5m"))


def test_pydantic_is_not_loaded_with_the_engine() -> None:
    code = (
        "import sys, multitool_tui.rollout.machine, multitool_tui.rollout.strategies; print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
