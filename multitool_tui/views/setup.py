"""The screen that sets a service up: what its fields mean, what is made of them, and what it says at each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from multitool_tui.aws.resources import Caller
from multitool_tui.controller.port import Misused
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.walk import Progress, Status
from multitool_tui.rollout.package import Package
from multitool_tui.views.provision import KIND_WIDTH, exposed, how_to_call, lacking, mark, what_next, where
from multitool_tui.views.text import EMPTY, Line, Role, Span, clean, wrap

API, URL, SOURCE, NOTHING = "REST API", "function URL", "queue or stream", "nothing yet"
FRONTS = (API, URL, SOURCE, NOTHING)
ANYBODY, SIGNED = "anybody", "signed requests"
WHO = (ANYBODY, SIGNED)
RUNTIMES = ("python3.13", "python3.12", "nodejs22.x", "nodejs20.x", "java21", "dotnet8", "ruby3.4", "provided.al2023")
_ROLES = {
    Status.TO_MAKE: Role.PLAIN,
    Status.THERE: Role.DIM,
    Status.MAKING: Role.ACCENT,
    Status.MADE: Role.GOOD,
}

Inspect = Callable[[Path, str, str, str], Package]
"""Reads a zip file: its path, the function's name, the handler, the runtime; `Misused` says what is wrong."""


class Step(StrEnum):
    """Where the screen is."""

    DRAFT = "draft"
    LOOKING = "looking"
    ASKING = "asking"
    MAKING = "making"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the fields."""

    name: str = ""
    zip_file: str = ""
    handler: str = "lambda_function.lambda_handler"
    runtime: str = RUNTIMES[0]
    front: str = API
    path: str = ""
    who: str = ANYBODY
    source: str = ""
    role: str = ""

    def shows(self, field: str) -> bool:
        """Whether a field has a meaning with this front."""
        wanted = {"path": (API,), "who": (API, URL), "source": (SOURCE,)}
        return self.front in wanted.get(field, FRONTS)


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it: what there is to say, a line each, and the target ("orders:live"); nothing where nothing did."""

    said: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a draft comes to: a service, or what is wrong in which field."""

    service: Service | None = None
    package: Package | None = None
    field: str = ""
    error: str = ""


def check(draft: Draft, inspect: Inspect) -> Checked:
    """Hold a draft against everything that can be known without AWS."""
    for field, value, error in (
        ("name", draft.name, "Give the function a name."),
        ("zip_file", draft.zip_file, "Give the zip file with its code."),
        ("handler", draft.handler, "Name the handler, like app.handler."),
    ):
        if not value.strip():
            return Checked(field=field, error=error)
    if draft.front not in FRONTS:
        return Checked(field="front", error=f"In front there may be: {', '.join(FRONTS)}.")
    if draft.who not in WHO:
        return Checked(field="who", error=f"Who may call it: {' or '.join(WHO)}.")
    if draft.front == SOURCE and not draft.source.strip():
        return Checked(field="source", error="Give the ARN of the queue or stream.")
    name = draft.name.strip()
    try:
        package = inspect(Path(draft.zip_file.strip()).expanduser(), name, draft.handler.strip(), draft.runtime.strip())
    except Misused as misused:
        return Checked(field="handler" if "handler" in str(misused) else "zip_file", error=str(misused))
    service = Service(
        name,
        draft.handler.strip(),
        draft.runtime.strip(),
        package.sha256,
        role=draft.role.strip() or None,
        api=name if draft.front == API else None,
        path=draft.path.strip() or f"/{name}",
        url=draft.front == URL,
        auth="none" if draft.who == ANYBODY else "iam",
        sources=(draft.source.strip(),) if draft.front == SOURCE else (),
    )
    try:
        service.check()
    except ValueError as error:
        return Checked(field=_field_of(str(error)), error=f"{error}.")
    return Checked(service, package)


def planned(service: Service, region: str) -> tuple[Progress, ...]:
    """The parts of a service that nobody has looked for yet."""
    return tuple(Progress(part, Status.TO_MAKE) for part in service.parts(region))


def updated(rows: Sequence[Progress], news: Progress) -> tuple[Progress, ...]:
    """The rows after news of one of them."""
    return tuple(news if (row.part.kind, row.part.name) == (news.part.kind, news.part.name) else row for row in rows)


def lines(rows: Sequence[Progress], *, known: bool) -> tuple[Line, ...]:
    """A line a part. `known`: it has been looked for."""
    found = []
    for row in rows:
        role = _ROLES.get(row.status, Role.PLAIN) if known else Role.DIM
        how = f"{row.status:<8} " if known else ""
        sent = "" if row.share is None else f"  {row.share:.0%} sent"
        said = f"{row.part.says}{sent}{'. ' + row.remark if row.remark else ''}"
        found.append(
            (
                Span(f"{mark(row.status) if known else ' '} {how}", role),
                Span(f"{row.part.kind:<{KIND_WIDTH}} ", Role.DIM),
                Span(clean(said), Role.STRONG if row.status is Status.MAKING else Role.PLAIN),
            )
        )
    return tuple(found)


def heading(caller: Caller) -> str:
    """Where the service will be, on one line."""
    parts = ["MultiTool setup", caller.account, caller.region, caller.profile or "", caller.endpoint or ""]
    return clean(" · ".join(part for part in parts if part))


def stopped(rows: Sequence[Progress]) -> tuple[Progress, ...]:
    """The rows when nothing is being made any more."""
    return tuple(
        replace(row, status=Status.TO_MAKE, share=None) if row.status is Status.MAKING else row for row in rows
    )


def question(rows: Sequence[Progress], caller: Caller, service: Service) -> str:
    """What is asked before anything is made."""
    new = sum(row.status is Status.TO_MAKE for row in rows)
    kept = len(rows) - new
    there = f" {kept} {'is' if kept == 1 else 'are'} there already." if kept else ""
    if new and (open_to_all := exposed(service)):
        there += f" {open_to_all}"
    if service.sources and service.role is None:
        there += " AWS will refuse the event source until the new role may read it."
    return f"{new} to make in {where(caller)}.{there}" if new else f"All of it is there already, in {where(caller)}."


def under_way(rows: Sequence[Progress]) -> str:
    """How far it is."""
    done = sum(row.status in (Status.MADE, Status.THERE) for row in rows)
    return f"{done} of {len(rows)} are there."


def farewell(service: Service, facts: Mapping[str, str], caller: Caller) -> tuple[str, ...]:
    """What to do with a service that is ready, a line each."""
    return (
        f"{service.target} is ready. To call it:",
        *(f"  {each}" for each in how_to_call(service, facts, caller)),
        *lacking(service, caller.arn.split(":")[1]),
        "Its next version, as a canary:",
        f"  {what_next(service)}",
        "To remove all of it:",
        f"  multitool teardown {service.name}",
    )


def farewell_lines(said: Sequence[str], width: int) -> tuple[Line, ...]:
    """The same on the screen: commands wrap, and stand out."""
    found: list[Line] = []
    for each in said:
        command = each.startswith("  ")
        if not command and found:
            found.append(EMPTY)
        role = Role.ACCENT if command else Role.STRONG
        found += [(Span("  " if command else ""), *one) for one in wrap(each.strip(), max(20, width - 2), role=role)]
    return tuple(found)


def _field_of(error: str) -> str:
    for words, field in (("is no path", "path"), ("is no role", "role"), ("ARN", "source"), ("stream", "source")):
        if words in error:
            return field
    return "name"
