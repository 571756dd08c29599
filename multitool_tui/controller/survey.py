"""All that can be said of a start before it is made: what would refuse it, what is around, and what it could tell."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from multitool_tui.aws.resources import Caller
from multitool_tui.aws.session import AwsSession
from multitool_tui.controller.commands import Start
from multitool_tui.controller.findings import TRAFFIC, Finding, Findings, Level
from multitool_tui.controller.outlook import Outlooks
from multitool_tui.controller.port import CommandRefused
from multitool_tui.controller.preflight import Alarms, Preflight
from multitool_tui.controller.surroundings import look_around, permissions
from multitool_tui.judgement.model import AlarmState
from multitool_tui.words import function_in

if TYPE_CHECKING:
    from multitool_tui.rollout.outlook import Outlook

_NAMED = 3  # alarms that one sentence names


async def survey(
    session: AwsSession,
    look: Preflight,
    caller: Caller,
    start: Start,
    outlooks: Outlooks,
    read_alarms: Callable[[], Awaitable[Alarms]],
) -> tuple[Finding, ...]:
    """The findings about a start: who asks, then what is checked of it in any case, then what else is good to know."""
    findings = look.findings
    findings.add("caller", _caller(caller))
    await look.run()
    function = look.found.function if look.found else function_in(start.target)
    await _unwatched(findings, start, function, read_alarms)
    if look.found is None or look.baseline is None:
        return tuple(findings)
    outlook = await _outlook(findings, start, outlooks)
    rate = outlook.requests_a_minute if outlook else None
    await look_around(session, findings, look.found, look.baseline.arn, rate, look.now)
    await permissions(session, findings, look.found, look.now, publishes=look.package is not None)
    return tuple(findings)


def regardless_of_alarms(start: Start) -> Start:
    """The start as far as a survey is about it: the dialog asks before the alarms are chosen."""
    return replace(start, again=False, plan=replace(start.plan, alarms=(), accepted_alarms=()))


def _caller(caller: Caller) -> str:
    profile = f", profile {caller.profile}" if caller.profile else ""
    endpoint = f", at {caller.endpoint}" if caller.endpoint else ""
    return f"{caller.arn} in {caller.region}{profile}{endpoint}."


async def _unwatched(
    findings: Findings, start: Start, function: str, read_alarms: Callable[[], Awaitable[Alarms]]
) -> None:
    """Alarms that may be about this function, and that the plan has nothing to do with."""
    try:
        alarms = await read_alarms()
    except CommandRefused as refused:
        findings.add("alarms", str(refused), Level.UNKNOWN)
        return
    unwatched = [alarm for alarm in alarms if function and function in alarm and alarm not in start.plan.alarms]
    for alarm in unwatched:
        if alarms[alarm] is AlarmState.ALARM:
            findings.add("alarms", f"{alarm} is firing, and is not watched by this plan.", Level.WARNING)
    if not start.plan.alarms:
        named = f", though there is {', '.join(unwatched[:_NAMED])} (--alarm NAME, or alarms in the manifest)"
        findings.add("alarms", f"No alarm is watched{named if unwatched else ''}: the evidence alone decides.")


async def _outlook(findings: Findings, start: Start, outlooks: Outlooks) -> Outlook | None:
    try:
        outlook = await outlooks.of(start.target, start.plan)
    except CommandRefused as refused:
        findings.add(TRAFFIC, str(refused), Level.UNKNOWN)
        return None
    findings.add(TRAFFIC, outlook.words, Level.OK if outlook.tells else Level.WARNING)
    return outlook
