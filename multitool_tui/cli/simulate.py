"""`multitool simulate`: what this product and others would do with a service like yours, in thousands of rollouts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.judging import chosen_plan, of_a_plan
from multitool_tui.words import parse_percent, percent

if TYPE_CHECKING:
    from multitool_tui.rollout.plan import Plan
    from multitool_tui.simulation.compare import Comparison
    from multitool_tui.simulation.disturbances import Disturbance
    from multitool_tui.simulation.policies.base import Policy
    from multitool_tui.simulation.power import Healthy, Power, PowerRow
    from multitool_tui.simulation.scenario import Scenario

_RUNS, _POWER_RUNS = 200, 100
_HARM = 0.01  # where nothing else is said


def _share(context: click.Context, option: click.Parameter, value: str | None) -> float | None:
    """Read a percentage as a share (0-1)."""
    try:
        return None if value is None else parse_percent(value)
    except ValueError as error:
        raise click.BadParameter(str(error), context, option) from None


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False, metavar="[SCENARIO.toml]")
@click.option("--rps", type=click.FloatRange(0, 1e6, min_open=True), metavar="N", help="Requests a second.")
@click.option("--base", callback=_share, metavar="PERCENT", help="What fails anyway, like 0.4%.")
@click.option("--harm", callback=_share, metavar="PERCENT", help="What the bad version fails on top; otherwise +1%.")
@click.option("--onset", type=click.IntRange(0), metavar="MINUTES", help="When the harm begins; otherwise at once.")
@click.option(
    "--noise",
    type=click.FloatRange(0, 3),
    metavar="SIZE",
    help="Each version's own error rate varies so much, like 0.3.",
)
@click.option("--bursts", is_flag=True, help="In one minute of nine both versions fail much more.")
@click.option(
    "--minutes", type=click.IntRange(1, 1440), metavar="N", help="After so many, a rollout is undecided; otherwise 60."
)
@click.option("--runs", type=click.IntRange(1, 1_000_000), metavar="N", help=f"Rollouts of each; otherwise {_RUNS}.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, metavar="N", help="Same seed, same runs.")
@click.option("--policy", "policies", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@of_a_plan
@click.option(
    "--power", "by_power", is_flag=True, help="What is promoted and which harm is found, how soon, at what price."
)
@click.option("--jobs", type=click.IntRange(1, 256), metavar="N", help="Processes; otherwise one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def simulate(
    file: Path | None,
    rps: float | None,
    base: float | None,
    harm: float | None,
    onset: int | None,
    noise: float | None,
    bursts: bool,  # noqa: FBT001 - click passes options by name
    minutes: int | None,
    runs: int | None,
    seed: int,
    policies: tuple[str, ...],
    strategy: str | None,
    manifest: Path | None,
    rollout: str | None,
    by_power: bool,  # noqa: FBT001
    jobs: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Release a good and a bad version of a simulated service, many times, by several policies side by side.

    The service is described by a scenario file, by options, or by both, of which the options win:

    \b
      multitool simulate --rps 40 --base 0.4% --harm +1%
      multitool simulate checkout.toml --policy multitool --policy flagger
      multitool simulate --rps 2 --base 0.1% --power

    The policy `multitool` goes by strategy adaptive, or by the plan that is named.
    """
    plan = chosen_plan(strategy, manifest, rollout)
    over: dict[str, Any] = {"disturbances": _disturbances(noise, bursts=bursts)}
    over |= {} if minutes is None else {"minutes": minutes}
    harmed = {key: value for key, value in (("share", harm), ("onset", onset)) if value is not None}
    scenario = _scenario(file, rps, base, over, harmed)
    document: dict[str, Any] = {"scenario": scenario.model_dump(by_alias=True), "seed": seed}
    if by_power:
        if policies:
            raise click.UsageError("--power is about this product's own policy: leave --policy away.")
        from multitool_tui.simulation.power import power

        runs = runs or _POWER_RUNS
        shown = power(
            scenario.rps * 60,
            scenario.base,
            plan=plan,
            slow=scenario.slow,
            disturbances=scenario.disturbances,
            runs=runs,
            seed=seed,
        )
        document |= {"runs": runs, "healthy": asdict(shown.healthy), "power": [asdict(row) for row in shown.harmed]}
        _say(document, _power_in_words(scenario, shown, runs), as_json=as_json)
        return
    runs = runs or _RUNS
    compared = _compared(scenario, _chosen(policies, plan), runs, seed, jobs or os.cpu_count() or 1)
    document |= {"runs": runs, "policies": [asdict(each) for each in compared]}
    _say(document, _compared_in_words(scenario, compared, runs, seed), as_json=as_json)


def _scenario(
    file: Path | None, rps: float | None, base: float | None, over: dict[str, Any], harm: dict[str, Any]
) -> Scenario:
    """The file's, or one of `rps` and `base`, changed by what else the options say."""
    from multitool_tui.simulation.scenario import Harm, Scenario, load_scenario

    if file:
        try:
            scenario = load_scenario(file)
        except ValueError as error:
            raise Failure(f"{error}.", Exit.USAGE) from None
        over |= {key: value for key, value in (("rps", rps), ("base", base)) if value is not None}
    elif rps is None or base is None:
        raise click.UsageError("Say what the service is like: --rps and --base, or a scenario file.")
    else:
        scenario = Scenario(rps=rps, base=base, harm=Harm(share=_HARM))
    more = over.pop("disturbances", ())
    return scenario.model_copy(
        update=over | {"harm": scenario.harm.model_copy(update=harm), "disturbances": (*scenario.disturbances, *more)}
    )


def _disturbances(noise: float | None, *, bursts: bool) -> list[Disturbance]:
    from multitool_tui.simulation.disturbances import Bursts, Noise

    of_noise: list[Disturbance] = [] if noise is None else [Noise(kind="noise", size=noise)]
    return [*of_noise, Bursts(kind="bursts")] if bursts else of_noise


def _chosen(names: Sequence[str], plan: Plan) -> dict[str, Callable[[], Policy]]:
    """The policies of `names`, or all, ours by `plan`."""
    from multitool_tui.simulation.policies import OURS, POLICIES
    from multitool_tui.simulation.policies.adaptive import Adaptive

    for name in names:
        if name not in POLICIES:
            raise click.UsageError(f"No policy is called {name!r}: there are {', '.join(POLICIES)}.")
    all_of_them = POLICIES | {OURS: partial(Adaptive, plan)}
    return {name: all_of_them[name] for name in names or POLICIES}


def _compared(
    scenario: Scenario, chosen: dict[str, Callable[[], Policy]], runs: int, seed: int, jobs: int
) -> list[Comparison]:
    from multitool_tui.simulation.compare import compare

    with _progress(2 * runs * len(chosen)) as advance:
        return compare(scenario, chosen, runs=runs, seed=seed, jobs=jobs, on_progress=advance)


@contextmanager
def _progress(length: int) -> Iterator[Callable[[int], object] | None]:
    """A bar on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=length, label="Simulating", file=sys.stderr) as bar:
        yield bar.update


def _described(scenario: Scenario) -> str:
    harm = scenario.harm
    words = [f"{scenario.rps:g} requests a second, of which {percent(scenario.base, 3)} fail anyway"]
    if scenario.disturbances:
        words.append(f"with {', '.join(each.kind for each in scenario.disturbances)}")
    late = f" after {harm.onset} minutes" if harm.onset else ""
    return f"{' '.join(words)}; a bad version fails {percent(harm.share, 3)} more{late}."


def _compared_in_words(scenario: Scenario, compared: Sequence[Comparison], runs: int, seed: int) -> str:
    from multitool_tui.simulation.report import table

    head = ["policy", "false rollback", "detected", "excess, median", "excess, 95%", "minutes to promote",
            "minutes to roll back"]  # fmt: skip
    rows = [
        [
            each.policy,
            percent(each.good.rolled_back_share),
            percent(each.bad.rolled_back_share),
            f"{each.bad.excess_median:,.0f}",
            f"{each.bad.excess_95:,.0f}",
            _minutes(each.good.minutes_to_promote),
            _minutes(each.bad.minutes_to_roll_back),
        ]
        for each in compared
    ]
    return (
        f"{_described(scenario)}\n{runs:,} rollouts of a good version and {runs:,} of the bad one by each policy, "
        f"seed {seed}.\n\n{table([head, *rows])}\n\n"
        "False rollback: of the good version. Excess: failures that the bad version caused, in the whole "
        f"{scenario.minutes} minutes. Minutes: medians."
    )


def _power_in_words(scenario: Scenario, shown: Power, runs: int) -> str:
    lines = [
        _described(scenario).partition(";")[0] + f". {runs} rollouts of a healthy version, and for each harm.",
        "",
        f"healthy     {_of_the_healthy(shown.healthy)}",
    ]
    for row in shown.harmed:
        size = "all fail" if row.harm == 1 else f"+{percent(row.harm)} fail"
        lines.append(f"{size.ljust(12)}{_of_the_harmed(row)}")
    return "\n".join(lines)


def _of_the_healthy(row: Healthy) -> str:
    """Whether a version without harm is promoted, and when."""
    wrongly = f"; rolled back in {percent(row.rolled_back, 0)}" if row.rolled_back else ""
    if row.minutes is None:
        return f"cannot be told at this traffic: never promoted{wrongly}."
    how_often = "always promoted" if row.promoted == 1 else f"promoted in {percent(row.promoted, 0)} of rollouts"
    return f"{how_often}, then after {_counted(row.minutes)} (median){wrongly}."


def _of_the_harmed(row: PowerRow) -> str:
    """Whether a harm is found, when and at what price."""
    if row.minutes is None or row.bad_requests is None:
        return "cannot be told at this traffic: never found."
    how_often = "always found" if row.detected == 1 else f"found in {percent(row.detected, 0)} of rollouts"
    return f"{how_often}, then after {_counted(row.minutes)} and {row.bad_requests:,.0f} bad requests (medians)."


def _counted(minutes: float) -> str:
    return f"{minutes:.0f} minute{'' if round(minutes) == 1 else 's'}"


def _minutes(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _say(document: dict[str, Any], words: str, *, as_json: bool) -> None:
    click.echo(json.dumps(document) if as_json else words)
