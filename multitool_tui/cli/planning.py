"""The plan of a rollout that is started from the command line: the manifest's, or that of the options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.completion import strategies
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.manifests import manifest_of
from multitool_tui.cli.options import Globals, together

if TYPE_CHECKING:
    from multitool_tui.config import RolloutKeys
    from multitool_tui.rollout.plan import Plan

_RAMP = ("budget", "max_weight", "min_bake")
_ANALYSIS = ("period", "seal_after", "max_age", "slow_rolls_back", "latency", "client_errors", *_RAMP)

of_a_rollout = together(
    click.option("--function", metavar="NAME", help="Which function, where a stage calls several."),
    click.option(
        "--strategy",
        metavar="NAME",
        shell_complete=strategies,
        help="A strategy's name, or steps like '5%/5m 50%/10m'.",
    ),
    click.option("--alarm", "alarms", multiple=True, metavar="NAME", help="An alarm that condemns the canary; again."),
    click.option(
        "--accept-alarm", "accepted", multiple=True, metavar="NAME", help="An alarm that may be firing already; again."
    ),
    click.option("--despite-freeze", metavar="WHY", help="Start although a freeze of the manifest is on; journalled."),
    click.option("--deadline", metavar="TIME", help="When a rollout without a verdict is over."),
    click.option(
        "--on-inconclusive", type=click.Choice(["roll_back", "hold", "promote"]), help="What becomes of it then."
    ),
    click.option(
        "--on-interrupt", type=click.Choice(["roll_back", "hold"]), help="What becomes of it at SIGTERM or a hang-up."
    ),
    click.option("--bake-after-promote", metavar="TIME", help="How long the promoted version is watched."),
    click.option("--anomaly-gate", is_flag=True, default=None, help="Wait while an anomaly detector finds it unusual."),
    click.option("--annotate", is_flag=True, default=None, help="Write weight, verdict and evidence as metrics."),
    click.option("--period", metavar="TIME", help="The length of a CloudWatch period."),
    click.option("--seal-after", metavar="TIME", help="A period that ended this long ago may be judged."),
    click.option("--max-age", metavar="TIME", help="Evidence older than this raises no weight."),
    click.option("--slow-rolls-back", is_flag=True, default=None, help="Roll a slow canary back, not only hold it."),
    click.option("--latency/--no-latency", default=None, help="Whether slow requests are judged at all."),
    click.option("--client-errors", is_flag=True, default=None, help="Behind a stage: judge answers 4XX as well."),
    click.option("--budget", type=float, metavar="N", help="Bad requests that a bad version may cost (adaptive)."),
    click.option("--max-weight", type=float, metavar="PERCENT", help="The last weight before promotion (adaptive)."),
    click.option("--min-bake", metavar="TIME", help="No promotion is earlier than this (adaptive)."),
)
"""Adds an option for each key of a rollout in the manifest."""


def find_rollout(name: str, options: Globals, given: dict[str, Any]) -> tuple[str, Plan]:
    """The target and the plan of what `name` says: a rollout of the manifest, FUNCTION:ALIAS, or API/STAGE.

    `given`: the options of `of_a_rollout`, None where they were not given; they take the place of the manifest's keys.

    Raises:
        Failure: the manifest, or an option, is at fault.
    """
    manifest = manifest_of(options)
    known = manifest.rollouts if manifest else {}
    return plan_over(name, known.get(name) or next((k for k in known.values() if k.target == name), None), given)


def plan_over(name: str, keys: RolloutKeys | None, given: dict[str, Any]) -> tuple[str, Plan]:
    """The same, of the manifest's keys for `name`: None where it has none.

    Raises:
        Failure: an option is at fault, or `name` is.
    """
    from dataclasses import replace

    from pydantic import ValidationError

    from multitool_tui.config import RolloutKeys
    from multitool_tui.rollout.plan import parse_steps
    from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, STRATEGIES
    from multitool_tui.wrong import way

    try:
        document = keys.model_dump(exclude_unset=True) if keys else _document(name)
        said = {key: value for key, value in given.items() if value not in (None, ())}
        if "function" in said and "stage" not in document:
            raise ValueError(f"--function is for a stage that calls several functions, and {name!r} is an alias")
        strategy, accepted = said.pop("strategy", None), tuple(said.pop("accepted", ()))
        despite_freeze = said.pop("despite_freeze", "")
        steps = parse_steps(strategy) if strategy and strategy not in STRATEGIES else ()
        if strategy:
            document.pop("steps", None)
            document["strategy"] = "AllAtOnce" if steps else strategy
            if strategy != ADAPTIVE:  # the manifest's own strategy may have been
                for key in _RAMP:
                    document.get("analysis", {}).pop(key, None)
        for key, value in said.items():
            (document.setdefault("analysis", {}) if key in _ANALYSIS else document)[key] = value
        keys = RolloutKeys.model_validate(document)
        plan = keys.plan()
    except ValidationError as error:
        [first, *_] = error.errors(include_url=False)
        key = str(way(first)[-1]).replace("_", "-") if way(first) else name
        raise Failure(f"{key}: {first['msg'].removeprefix('Value error, ')}.", Exit.USAGE) from None
    except ValueError as error:
        raise Failure(f"{error}.", Exit.USAGE) from None
    if steps:
        plan = replace(plan, strategy=OWN_STEPS, steps=steps)
    return keys.target, replace(plan, accepted_alarms=accepted, despite_freeze=despite_freeze)


def _document(name: str) -> dict[str, Any]:
    """What the manifest would say of a target that it does not know.

    Raises:
        ValueError: in one sentence, when `name` is no target.
    """
    from multitool_tui.words import AliasName, parse_target

    target = parse_target(name)
    if isinstance(target, AliasName):
        return {"function": target.function, "alias": target.alias}
    return {"stage": {"api": target.api, "stage": target.stage}}
