"""What `judge` and `replay` have in common: the plan to judge by, and lines from and to pipes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import together

if TYPE_CHECKING:
    from io import BufferedReader

    from multitool_tui.rollout.plan import Plan


_PART = 65_536  # bytes that are read at once, if so many have come

of_a_plan = together(
    click.option(
        "--strategy", metavar="NAME", help="A strategy's name, or steps like '5%/5m 50%/10m'; otherwise adaptive."
    ),
    click.option(
        "--plan",
        "manifest",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Judge by the plan of a manifest.",
    ),
    click.option("--rollout", metavar="NAME", help="Which rollout of the manifest, where it has several."),
)
"""Adds the options that say by which plan."""
of_metrics = click.option(
    "--metric", "metrics", multiple=True, metavar="NAME", help="A metric that the minutes count as well; again."
)
"""Adds the option that says what the minutes hold that the plan does not know."""


def chosen_plan(strategy: str | None, manifest: Path | None, rollout: str | None) -> Plan:
    """The plan that the options of `of_a_plan` name.

    Raises:
        click.UsageError: they contradict each other, or name nothing that there is.
        Failure: the manifest is at fault.
    """
    if manifest is None:
        if rollout is not None:
            raise click.UsageError("--rollout names a rollout of a manifest: give the manifest with --plan.")
        return plan_of(strategy)
    if strategy is not None:
        raise click.UsageError("--plan and --strategy exclude each other.")
    return _of_manifest(manifest, rollout)


def with_metrics(plan: Plan, metrics: Sequence[str]) -> Plan:
    """The plan, with the metrics of `of_metrics`.

    Raises:
        click.BadParameter: they are too many, or one is no name.
    """
    from dataclasses import replace

    from multitool_tui.rollout.metrics import MOST_METRICS, MetricPair, is_metric

    known = plan.analysis.metrics
    new = [name for name in dict.fromkeys(metrics) if name not in plan.settings.metrics]
    for name in new:
        if not is_metric(name):
            raise click.BadParameter(f"{name!r} is no name: up to 40 letters, digits, - and _.", param_hint="--metric")
    if len(known) + len(new) > MOST_METRICS:
        raise click.BadParameter(f"a plan has {MOST_METRICS} metrics at most.", param_hint="--metric")
    return replace(plan, analysis=replace(plan.analysis, metrics=(*known, *map(MetricPair, new))))


def plan_of(strategy: str | None) -> Plan:
    """The plan of `--strategy`; adaptive where it is not given.

    Raises:
        click.BadParameter: it names nothing that there is.
    """
    from multitool_tui.rollout.strategies import ADAPTIVE, parse_plan

    try:
        return parse_plan(ADAPTIVE if strategy is None else strategy)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--strategy") from None


def _of_manifest(manifest: Path, rollout: str | None) -> Plan:
    from multitool_tui.config import ManifestError, load_manifest

    try:
        plans = load_manifest(manifest).plans()
    except ManifestError as error:
        raise Failure(str(error), Exit.USAGE) from None
    known = ", ".join(plans) or "none"
    if rollout is None:
        if len(plans) != 1:
            raise click.UsageError(f"{manifest} has {len(plans)} rollouts ({known}): choose one with --rollout.")
        (rollout,) = plans
    if rollout not in plans:
        raise click.BadParameter(
            f"{manifest} has no rollout {rollout!r}: there is {known}." if plans else f"{manifest} has no rollouts.",
            param_hint="--rollout",
        )
    return plans[rollout][1]


def lines_of(file: BinaryIO, longest: int, before_waiting: Callable[[], object] = lambda: None) -> Iterator[bytes]:
    """The lines of `file`, each as soon as it is complete; of one that is too long, the first `longest` + 1 bytes.

    `before_waiting` is called whenever all that has come is taken.
    """
    read = cast("BufferedReader", file).read1
    rest = b""
    while part := read(_PART):
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line[: longest + 1]
        rest = rest[: longest + 1]
        before_waiting()
    if rest:
        yield rest
