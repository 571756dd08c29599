"""Alarms on the target's metrics, what they have been through, and new ones."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from multitool_tui.aws.observability.alarms import MetricAlarm, Rule, alarms_of, alarms_with_math, put_alarm
from multitool_tui.aws.observability.history import events
from multitool_tui.aws.observability.metrics import Metric, values
from multitool_tui.controller.observe.page import Field, Form, Page, Part, Row, Table
from multitool_tui.controller.observe.reading import number, required
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values
from multitool_tui.words import duration

_NAMES = ("Errors", "Throttles", "Duration", "Invocations")
_KEPT = timedelta(days=30)  # so long CloudWatch keeps what an alarm has been through
_DAY = timedelta(days=1)
_AT_ONCE = 4  # CloudWatch takes 9 such calls a second of an account
_MINUTE = timedelta(minutes=1)
# What can be watched from here: the metric and its statistic, by the name in the form.
_WATCHED = {"Errors": "Sum", "Throttles": "Sum", "Duration": "p99"}
# How its alarm's name ends unless another is given: not as those of setup do, which AWS would let it replace.
_ENDINGS = {"Errors": "error-count", "Throttles": "throttle-count", "Duration": "duration-p99"}
_HISTORY = "History"


async def load(desk: Desk, subject: Subject) -> Page:
    """The alarms on the target, on its function as a whole, and on its versions."""
    return await desk.page((f"Alarms on {subject.name}", _alarms(desk, subject)))


async def _alarms(desk: Desk, subject: Subject) -> Part:
    return Table(
        f"Alarms on {subject.name}",
        ("alarm", "state", "since", "goes off when"),
        tuple(
            Row((alarm.name, alarm.state, alarm.since, written(alarm.rule)), alarm.name)
            for alarm in await alarms_about(desk, subject)
        ),
        f"No alarm is on a metric of {subject.function}.",
    )


async def alarms_about(desk: Desk, subject: Subject) -> tuple[MetricAlarm, ...]:
    """The alarms that have to do with the target, by name."""
    client = await desk.cloudwatch()
    turn = asyncio.Semaphore(_AT_ONCE)

    async def of(metric: Metric) -> tuple[MetricAlarm, ...]:
        async with turn:
            return await alarms_of(client, metric)

    found = await asyncio.gather(
        *(of(metric) for metric in _metrics(subject)), alarms_with_math(client, subject.function)
    )
    return tuple(sorted({alarm.name: alarm for some in found for alarm in some}.values(), key=lambda alarm: alarm.name))


def _metrics(subject: Subject) -> list[Metric]:
    """What may be watched: of the function, of the alias, and of each version behind it."""
    function = {"FunctionName": subject.function}
    sets = [function] + ([subject.dimensions] if subject.alias else [])
    found = [Metric("AWS/Lambda", name, dimensions) for dimensions in sets for name in _NAMES]
    if subject.alias:
        for version in subject.versions:
            own = subject.dimensions | {"ExecutedVersion": version}
            found += [Metric("AWS/Lambda", name, own) for name in ("Errors", "Duration")]
    return found


def written(rule: Rule) -> str:
    """A rule as a sentence's end: "Sum of Errors > 5, 2 of 3 × 1m"."""
    of = f"{rule.statistic} of {rule.metric.name}" if rule.statistic else rule.metric.name
    return f"{of} {rule.comparison} {rule.threshold:g}, {rule.breaching} of {rule.evaluated} × {duration(rule.period)}"


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """What an alarm has been through."""
    del subject
    return await desk.page((_HISTORY, _history(desk, key)), title=key)


async def _history(desk: Desk, alarm: str) -> Part:
    happened = await events(await desk.cloudwatch(), alarm, desk.now - _KEPT, desk.now)
    rows = tuple(Row((event.at, event.kind, event.summary)) for event in reversed(happened))
    return Table(_HISTORY, ("when", "what", ""), rows, f"Nothing has happened to it in {duration(_KEPT)}.")


async def _ask(desk: Desk, subject: Subject, key: str) -> Form:
    del key
    client = await desk.cloudwatch()
    names = tuple(_WATCHED)
    highest = await asyncio.gather(*(_highest(desk, client, subject, name) for name in names))
    thresholds = {name: f"{value or 0:g}" for name, value in zip(names, highest, strict=True)}
    seen = " · ".join(
        f"{name} {'none' if value is None else f'{value:g}'}" for name, value in zip(names, highest, strict=True)
    )
    stem = subject.name.replace(":", "-")
    return Form(
        f"Create an alarm on {subject.name}",
        "It goes off when the statistic is above the threshold; minutes without data count as being well. An alarm of "
        "this name gets the new rule.",
        "Create",
        (("Highest minute of the last day", seen),),
        (
            Field("metric", "Metric", names[0], "Duration: p99, ms", names),
            Field(
                "name",
                "Name",
                f"{stem}-{_ENDINGS[names[0]]}",
                follows=("metric", {name: f"{stem}-{ending}" for name, ending in _ENDINGS.items()}),
            ),
            Field("threshold", "Threshold", thresholds[names[0]], "above it", follows=("metric", thresholds)),
            Field("breaching", "Minutes", "2", "so many breach"),
            Field("evaluated", "Out of", "3", "so many minutes"),
            Field("notify", "Notify", "", "an SNS topic's ARN"),
        ),
    )


async def _highest(desk: Desk, client: object, subject: Subject, name: str) -> float | None:
    """The highest minute of the last day, rounded up to three digits; None without data."""
    metric = Metric("AWS/Lambda", name, _of_baseline(subject))
    found = await values(client, metric, _WATCHED[name], desk.now - _DAY, desk.now, _MINUTE)
    if not found and subject.alias:  # an alias without weights may have no metrics of its versions
        metric = Metric("AWS/Lambda", name, subject.dimensions)
        found = await values(client, metric, _WATCHED[name], desk.now - _DAY, desk.now, _MINUTE)
    return float(f"{max(found.values()):.3g}") if found else None


def _of_baseline(subject: Subject) -> dict[str, str]:
    own = {"ExecutedVersion": subject.baseline} if subject.alias and subject.canary else {}
    return subject.dimensions | own


async def _do(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del key
    metric = required(given, "metric", "a metric")
    if metric not in _WATCHED:
        raise ValueError(f"{metric!r} cannot be watched from here: there are {', '.join(_WATCHED)}.")
    name = required(given, "name", "a name")
    breaching, evaluated = number(given, "breaching", least=1), number(given, "evaluated", least=1)
    if breaching > evaluated:
        raise ValueError(f"{breaching:g} of {evaluated:g} minutes cannot breach.")
    rule = Rule(
        Metric("AWS/Lambda", metric, subject.dimensions),
        _WATCHED[metric],
        _MINUTE,
        ">",
        number(given, "threshold"),
        int(breaching),
        int(evaluated),
    )
    said = f"Made by MultiTool for {subject.name}"
    await put_alarm(await desk.cloudwatch(), name, rule, said, given.get("notify", "").strip())
    return f"Alarm {name}: {written(rule)}."


TAB = Tab(
    "alarms",
    "Alarms",
    "alarms on the target, their history, and new ones",
    load,
    look,
    (Deed("create-alarm", "a", "Create an alarm", _ask, _do),),
)
