"""What a start is told of that does not stand in its way: other tools, limits, permissions."""

from __future__ import annotations

from datetime import datetime

from multitool_tui.aws import surroundings
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.metrics import baseline_p99
from multitool_tui.aws.probes import probe
from multitool_tui.aws.resources import Alias, Known, Reading, Stage
from multitool_tui.aws.session import AwsSession
from multitool_tui.controller.findings import PROVISIONED, Findings, Level
from multitool_tui.permissions.features import PUBLISH, RUN, STAGES
from multitool_tui.permissions.ledger import needed

_NEARLY_ALL = 0.8
"""The share of the concurrency limit from which on a release, with its further cold starts, may come to throttling."""


async def look_around(
    session: AwsSession, findings: Findings, found: Reading, arn: str, rate: float | None, now: datetime
) -> None:
    """Everything around a target. `arn`: of its function. `rate`: requests a minute, None where that is not known."""
    alias = found.behind if isinstance(found, Stage) else found
    await _owner(session, findings, found.function, arn)
    if isinstance(alias, Alias):
        await _provisioned(session, findings, alias)
        await _concurrency(session, findings, alias, rate, now)
    if isinstance(found, Stage):
        _in_front(findings, found)


def _in_front(findings: Findings, stage: Stage) -> None:
    """What of a stage makes a difference to its canary."""
    if stage.cached:
        findings.add(
            "cache",
            f"{stage.target} has a cache, which the canary does not use: it is compared with answers of that.",
            Level.WARNING,
        )
    before = stage.before
    if before and before.written:
        findings.add(
            "deployment",
            f"The methods of {stage.api.name} name the version: for the deployment they are pointed to the canary, and "
            "put back. Do not deploy the API in that second.",
        )
    findings.add(
        "deployment", f"A deployment takes along whatever else was changed in {stage.api.name} since its last one."
    )


async def _owner(session: AwsSession, findings: Findings, function: str, arn: str) -> None:
    about = "owner"
    try:
        stack = await surroundings.stack_of(session.functions, arn)
    except AwsError as error:
        findings.add(about, f"Whether CloudFormation deploys {function} is not known: {error}", Level.UNKNOWN)
        return
    if stack is None:
        findings.add(about, f"No tag says that CloudFormation deploys {function}, and CodeDeploy shifts nothing.")
    else:
        findings.add(
            about,
            f"{function} is deployed by the stack {stack}: CodeDeploy shifts nothing there now, and a deployment "
            "meanwhile would be held as drift.",
        )


async def _provisioned(session: AwsSession, findings: Findings, alias: Alias) -> None:
    about = PROVISIONED
    try:
        count = await surroundings.provisioned(session.functions, alias.function, alias.name)
    except AwsError as error:
        findings.add(about, f"Provisioned concurrency is not known: {error}", Level.UNKNOWN)
        return
    if count:
        findings.add(
            about,
            f"{alias.target} has provisioned concurrency ({count}): under weights Lambda moves it between the "
            "versions, and some requests will meet a cold start.",
            Level.WARNING,
        )
    else:
        findings.add(about, f"{alias.target} has no provisioned concurrency.")


async def _concurrency(
    session: AwsSession, findings: Findings, alias: Alias, rate: float | None, now: datetime
) -> None:
    about = "concurrency"
    try:
        most, unreserved = await surroundings.concurrency_limits(session.functions)
        own = await surroundings.reserved(session.functions, alias.function, alias.name)
        longest = await baseline_p99(session.cloudwatch, alias.source, now)
    except AwsError as error:
        findings.add(about, f"The limit of concurrent executions is not known: {error}", Level.UNKNOWN)
        return
    if own is None:
        limit, said = unreserved, f"{unreserved:,} of the account's {most:,} concurrent executions are unreserved"
    else:
        limit, said = own, f"{alias.function} has {own:,} concurrent executions reserved"
    if rate is None or longest is None:
        findings.add(about, f"{said}; how many {alias.target} takes is not known.", Level.UNKNOWN)
        return
    # Little's law: how many are under way is how many come, times how long each takes.
    at_once = max(1, round(rate / 60 * longest / 1000))
    enough = at_once < _NEARLY_ALL * limit
    findings.add(
        about,
        f"{said}; {alias.target} takes about {at_once:,}" + ("." if enough else ", nearly all: expect throttling."),
        Level.OK if enough else Level.WARNING,
    )


async def permissions(
    session: AwsSession, findings: Findings, found: Reading, now: datetime, *, publishes: bool
) -> None:
    """What this rollout needs to be allowed: what has been read shows some of it, and what can be read more."""
    about = "permissions"
    runs = STAGES if isinstance(found, Stage) else RUN
    rows = needed([runs, PUBLISH] if publishes else [runs])
    alias = found.behind if isinstance(found, Stage) else found
    on = found.function, alias.name if isinstance(alias, Alias) else found.target
    unread = [row for row in rows if row.reads and session.ledger.known(row.action) is Known.UNKNOWN]
    try:
        tried = {each.action: each.known for each in await probe(session, unread, on, now)}
    except AwsError as error:
        findings.add(about, f"What the caller may do is not known: {error}", Level.UNKNOWN)
        return
    shown = {row.action: tried.get(row.action) or session.ledger.known(row.action) for row in rows}
    for action, known in shown.items():
        if known is Known.DENIED:
            findings.add(about, f"{action} is not allowed to the caller.", Level.WARNING)
    allowed = sum(known is Known.ALLOWED for known in shown.values())
    untold = ", ".join(action for action, known in shown.items() if known is Known.UNKNOWN)
    findings.add(
        about,
        f"{allowed} of the {len(rows)} permissions that this needs are there"
        + (f"; only doing it would tell of {untold}." if untold else "."),
    )
