"""`multitool replay`: what would have been decided of minutes that are past, from a file or from CloudWatch."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from multitool_tui.cli.calling import on_aws
from multitool_tui.cli.exits import Exit, Failure, exit_of_error
from multitool_tui.cli.judging import chosen_plan, lines_of, of_a_plan, of_metrics, with_metrics
from multitool_tui.cli.options import Globals
from multitool_tui.cli.saying import unless_gone

if TYPE_CHECKING:
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.rollout.plan import Plan
    from multitool_tui.views.replay import Chart, Text


@click.command()
@click.argument("source", metavar="FILE|FUNCTION:ALIAS")
@click.option("--from", "start", default="3h", show_default=True, metavar="TIME", help="From when on; or how long ago.")
@click.option("--to", "end", default="0s", metavar="TIME", help="Until when; or how long ago. Otherwise until now.")
@click.option("--canary", metavar="VERSION", help="The new version; otherwise the one that the alias gives a weight.")
@click.option("--baseline", metavar="VERSION", help="The version before it; otherwise the alias's own.")
@of_a_plan
@of_metrics
@click.option("--json", "form", flag_value="json", help="Print the answers of `multitool judge`.")
@click.option("--chart", "form", flag_value="chart", help="Draw harm and weight.")
@click.option("--minutes", "form", flag_value="minutes", help="Print the minutes themselves, as `judge` reads them.")
@click.pass_obj
def replay(
    options: Globals,
    source: str,
    start: str,
    end: str,
    canary: str | None,
    baseline: str | None,
    strategy: str | None,
    manifest: Path | None,
    rollout: str | None,
    metrics: tuple[str, ...],
    form: str | None,
) -> None:
    """Say what would have been decided, minute by minute.

    \b
    Of a file with the lines that `multitool judge` reads, or - for standard input:
      multitool replay minutes.jsonl
    Of a past rollout, from CloudWatch:
      multitool replay checkout:live --from 2026-01-05T10:00Z --to 2026-01-05T12:00Z
      multitool replay checkout:live --from 3h --canary 42 --baseline 41

    The minutes are as they were, whatever would have been decided: weights are not changed by it.
    """
    plan = with_metrics(chosen_plan(strategy, manifest, rollout), metrics)
    name = "standard input" if source == "-" else source
    opened = _lines(options, plan, source, start, end, canary, baseline)
    with suppress(KeyboardInterrupt), unless_gone(), opened as lines:
        if form == "minutes":
            for line in lines:
                sys.stdout.buffer.write(line.rstrip(b"\r\n") + b"\n")
        else:
            _replay(lines, plan, name, form)


def _replay(lines: Iterable[bytes], plan: Plan, name: str, form: str | None) -> None:
    """Judge the lines and print what comes of it.

    Raises:
        Failure: at the end, where some of them could not be read.
    """
    from multitool_tui.stream.stream import Stream, Unusable, write_answer

    stream, wrong = Stream(plan), 0
    view = _view(form, f"{name}, strategy {plan.strategy}")
    for taken in map(stream.take, lines):
        if isinstance(taken, Unusable):
            wrong += 1
        if form == "json":
            click.echo(write_answer(taken))
        elif isinstance(taken, Unusable):
            click.echo(f"multitool: {name}, line {taken.line}: {taken.why}", err=True)
        else:
            _print(view.lines(taken))
    _print(view.end())
    if wrong:
        raise Failure(f"{name}: {wrong:,} line{'' if wrong == 1 else 's'} could not be used.", Exit.USAGE)


def _view(form: str | None, heading: str) -> Text | Chart:
    from multitool_tui.views.replay import WIDTH, Chart, Text

    if form != "chart":
        return Text(heading)
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    return Chart(heading, max(WIDTH, width), ascii_only="utf" not in sys.stdout.encoding.lower())


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@contextmanager
def _lines(
    options: Globals, plan: Plan, source: str, start: str, end: str, canary: str | None, baseline: str | None
) -> Iterator[Iterable[bytes]]:
    """The lines of the source, whatever it is."""
    from multitool_tui.stream.lines import LONGEST_LINE

    path = Path(source)
    if source == "-":
        yield lines_of(sys.stdin.buffer, LONGEST_LINE)
    elif not path.exists() and _names_a_target(source):
        yield _past(options, plan, source, start, end, canary, baseline)
    else:
        with _opened(path) as file:
            yield lines_of(file, LONGEST_LINE)


def _names_a_target(source: str) -> bool:
    """Rather than a file that is not there: no stage has a dot in its name, and no API begins like a path."""
    _, slash, stage = source.rpartition("/")
    return ":" in source or (bool(slash) and "." not in stage and not source.startswith(("/", ".", "~")))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}.", Exit.USAGE) from None


def _past(
    options: Globals, plan: Plan, target: str, start: str, end: str, canary: str | None, baseline: str | None
) -> list[bytes]:
    """The lines of a past rollout, from CloudWatch."""
    from multitool_tui.clock import SystemClock
    from multitool_tui.controller.past import Wanted, past_minutes, stretch
    from multitool_tui.controller.port import CommandRefused
    from multitool_tui.stream.lines import write_line

    clock = SystemClock()
    try:
        wanted = Wanted(target, *stretch(start, end, clock.now()), canary, baseline)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--from and --to") from None

    async def read(aws: AwsSession) -> list[bytes]:
        return [write_line(minute).encode() for minute in await past_minutes(aws, clock, wanted, plan.analysis)]

    try:
        return on_aws(options, clock, read)
    except CommandRefused as refused:
        raise Failure(str(refused), exit_of_error(refused)) from None
