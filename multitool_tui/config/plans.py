"""A plan by itself, as an operator edits it: the keys of a rollout in the manifest, but for its target."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import tomlkit
from pydantic import ValidationError

from multitool_tui.config.errors import ManifestError, Problem, not_toml, problems_of
from multitool_tui.config.lines import key_places
from multitool_tui.config.rollouts import RolloutKeys
from multitool_tui.config.schema import known_keys
from multitool_tui.config.values import percentage_of
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.strategies import OWN_STEPS
from multitool_tui.words import write_duration

_FILE = "the plan"
_OF_THE_TARGET = ("function", "alias", "stage")
_ANYWHERE = {"function": "function", "alias": "alias"}  # keys of a rollout make no sense without a target


def write_plan(plan: Plan, about: str) -> str:
    """The plan as TOML, so that `read_plan` reads the same. `about`: what it is for, for a remark."""
    document = tomlkit.document()
    document.add(tomlkit.comment(f"The plan for {about}. Save and close: mistakes are told, nothing is started yet."))
    document.add(tomlkit.comment("Every key is in docs/manifest.md; a line that is taken out has its default."))
    kept = [name for name, there in (("smoke tests", plan.smoke), ("hooks", plan.hooks)) if there]
    kept += ["metrics"] if plan.analysis.metrics else []
    if kept:
        document.add(tomlkit.comment(f"The manifest's {' and '.join(kept)} stay unless others are written here."))
    document.add(tomlkit.nl())
    if plan.strategy == OWN_STEPS:
        document.add("steps", _steps(plan))
    else:
        document.add("strategy", plan.strategy)
    for key, value in _top(plan).items():
        document.add(key, _item(value))
    analysis = tomlkit.table()
    for key, value in _analysis(plan).items():
        analysis.add(key, _item(value))
    document.add(tomlkit.nl())
    document.add("analysis", analysis)
    return tomlkit.dumps(document)


def with_alarms(text: str, alarms: Sequence[str]) -> str:
    """A plan's text with these alarms, and all else as its author has written it; as it is where it is not TOML."""
    try:
        document = tomlkit.parse(text)
    except ValueError:
        return text
    if list(document.get("alarms", ())) != list(alarms):
        document["alarms"] = list(alarms)
    return tomlkit.dumps(document)


def read_plan(text: str, before: Plan) -> Plan:
    """The plan that a text says. What it does not speak of, smoke tests, hooks and metrics, is as it was before.

    Raises:
        ManifestError: for the first of what is wrong, with line and column.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except ValueError as error:
        raise ManifestError(not_toml(_FILE, text, error)) from None
    except RecursionError:
        raise ManifestError(Problem(_FILE, "it is nested too deeply.", of_the_text=True)) from None
    places = key_places(text)
    for key in _OF_THE_TARGET:
        if key in data:
            line, column = places[key,]
            raise ManifestError(Problem(_FILE, f"{key} is chosen in the dialog, not here.", line, column, key))
    try:
        keys = RolloutKeys.model_validate({**_ANYWHERE, **data})
    except ValidationError as error:
        known = partial(known_keys, of=RolloutKeys)
        raise ManifestError(problems_of(_FILE, error.errors(include_url=False), places, known, {})[0]) from None
    plan = keys.plan()
    given: Mapping[str, Any] = data.get("analysis", {})
    return replace(
        plan,
        analysis=plan.analysis if "metrics" in given else replace(plan.analysis, metrics=before.analysis.metrics),
        smoke=plan.smoke if "smoke" in data else before.smoke,
        hooks=plan.hooks if "hooks" in data else before.hooks,
        behind=before.behind,
    )


def _steps(plan: Plan) -> Any:
    steps = tomlkit.array().multiline(True)  # noqa: FBT003 - tomlkit's own way to say it
    for step in plan.steps:
        one = tomlkit.inline_table()
        one.update({"weight": percentage_of(step.weight), "bake": write_duration(step.bake)})
        if step.gate:
            one.update({"gate": "operator"})
        steps.append(one)
    return steps


def _top(plan: Plan) -> dict[str, Any]:
    return {
        "alarms": list(plan.alarms),
        "deadline": plan.deadline,
        "on_inconclusive": plan.on_inconclusive.value,
        "on_interrupt": plan.on_interrupt.value,
        "bake_after_promote": plan.bake_after_promote,
        "anomaly_gate": plan.anomaly_gate,
        "annotate": plan.annotate,
        "freeze": list(plan.freeze),
        "production": plan.production,
    }


def _analysis(plan: Plan) -> dict[str, Any]:
    analysis, ramp = plan.analysis, plan.ramp
    said: dict[str, Any] = {
        "period": analysis.period,
        "seal_after": analysis.seal_after,
        "max_age": analysis.max_age,
        "slow_rolls_back": analysis.slow_rolls_back,
        "latency": analysis.latency,
        "client_errors": analysis.client_errors,
    }
    if ramp:
        said |= {"budget": ramp.budget, "max_weight": percentage_of(ramp.max_weight), "min_bake": ramp.min_bake}
    return said


def _item(value: Any) -> Any:
    return write_duration(value) if isinstance(value, timedelta) else value
