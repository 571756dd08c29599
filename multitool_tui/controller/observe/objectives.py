"""Application Signals: service level objectives, and the services that it has found."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.aws.observability.metrics import Metric, values
from multitool_tui.aws.observability.objectives import create_alias_objective, objectives, service, services
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Facts, Field, Form, Page, Part, Row, Table
from multitool_tui.controller.observe.reading import number, required
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values
from multitool_tui.judgement.settings import TOLERATED_EXCESS
from multitool_tui.words import percent

_SEEN = timedelta(hours=3)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_OBJECTIVES, _SERVICES = "Service level objectives", "Services"


async def load(desk: Desk, subject: Subject) -> Page:
    """The objectives, and the services of the last hours."""
    return await desk.page((_OBJECTIVES, _objectives(desk)), (_SERVICES, _services(desk, subject)))


async def _objectives(desk: Desk) -> Part:
    found = await objectives(await desk.signals())
    rows = tuple(
        Row((one.name, "requests" if one.by_request else "periods", one.service or None, one.created)) for one in found
    )
    columns = ("objective", "counts", "service", "created")
    return Table(_OBJECTIVES, columns, rows, "There is no service level objective yet.")


async def _services(desk: Desk, subject: Subject) -> Part:
    found = await services(await desk.signals(), desk.now - _SEEN, desk.now)
    found = tuple(sorted(found, key=lambda one: one.name != subject.function))
    rows = tuple(Row((one.name, one.environment, len(one.metrics)), pack("service", dict(one.key))) for one in found)
    empty = "Application Signals has seen no service: it has to be turned on for a function."
    return Table(_SERVICES, ("service", "environment", "metrics"), rows, empty)


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """A service, with its metrics and where its logs are."""
    del subject
    _, (named,) = unpack(key)
    name = named.get("Name", "service")
    return await desk.page((name, _service(desk, named)), title=name)


async def _service(desk: Desk, named: dict[str, str]) -> Part:
    found = await service(await desk.signals(), named, desk.now - _SEEN, desk.now)
    metrics = tuple(
        (one.kind.lower(), f"{one.namespace} {one.name} {' '.join(one.dimensions.values())}") for one in found.metrics
    )
    logs = tuple(("log group", group) for group in found.log_groups)
    return Facts("", (*((str(key), value) for key, value in found.key.items()), *metrics, *logs))


async def _ask(desk: Desk, subject: Subject, key: str) -> Form:
    del key
    failed = await _failed(desk, subject)
    attainment = 1 - failed - TOLERATED_EXCESS
    return Form(
        f"Create an objective of {subject.name}",
        "It counts the alias's invocations, and those that fail. The attainment is what a canary is held to: no more "
        f"than {percent(TOLERATED_EXCESS)} of the requests may fail beyond what fails anyway.",
        "Create",
        (("Failed", f"{percent(failed, 3)} of the last day's requests"),),
        (
            Field("name", "Name", subject.name.replace(":", "-")),
            Field("attainment", "Attainment", f"{100 * max(0.001, attainment):.5g}", "% do not fail"),
            Field("days", "Over", "28", "days"),
        ),
    )


async def _failed(desk: Desk, subject: Subject) -> float:
    """The share (0-1) of the last day's requests that failed."""
    client = await desk.cloudwatch()

    async def total(name: str) -> float:
        metric = Metric("AWS/Lambda", name, subject.dimensions)
        return sum((await values(client, metric, "Sum", desk.now - _DAY, desk.now, _HOUR)).values())

    errors, invocations = await total("Errors"), await total("Invocations")
    return min(1.0, errors / invocations) if invocations else 0.0


async def _create(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del key
    if not subject.alias:
        raise ValueError("An objective is made of an alias: choose one.")
    name = required(given, "name", "a name")
    attainment = number(given, "attainment", least=0.001, most=99.999)
    days = int(number(given, "days", least=1, most=90))
    made = await create_alias_objective(await desk.signals(), name, subject.function, subject.alias, attainment, days)
    return f"Objective {made.name}: {attainment:g}% over {days} days."


TAB = Tab(
    "objectives",
    "Objectives",
    "service level objectives, and the services behind them",
    load,
    look,
    (Deed("create-objective", "o", "Create an objective", _ask, _create),),
)
