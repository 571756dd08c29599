"""Contributor Insights: its rules, and who contributes how much."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.aws.errors import NotFound, Refused
from multitool_tui.aws.observability.insights import managed_rules, report, rules
from multitool_tui.controller.observe.page import Page, Part, Row, Table
from multitool_tui.controller.observe.tab import Desk, Subject, Tab
from multitool_tui.words import percent

_HOUR = timedelta(hours=1)
_RULES = "Contributor Insights rules"


async def load(desk: Desk, subject: Subject) -> Page:
    """The account's rules, and those that AWS manages for the function."""
    managed = f"Managed for {subject.function}"
    return await desk.page((_RULES, _all(desk, subject)), (managed, _managed(desk, subject, managed)))


async def _all(desk: Desk, subject: Subject) -> Part:
    found = sorted(await rules(await desk.cloudwatch()), key=lambda one: subject.function not in one.definition)
    rows = tuple(Row((one.name, "on" if one.enabled else "off", one.managed), one.name) for one in found)
    return Table(_RULES, ("rule", "state", "managed"), rows, "There is no rule in this account and region.")


async def _managed(desk: Desk, subject: Subject, title: str) -> Part:
    try:
        found = await managed_rules(await desk.cloudwatch(), subject.arn)
    except (NotFound, Refused):
        found = ()  # of a kind of resource that has none
    rows = tuple(Row((one.template, one.name or None, one.enabled), one.name) for one in found)
    return Table(title, ("template", "rule", "on"), rows, "AWS offers no rules for this function.")


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """What a rule found in the last hour."""
    del subject
    title = "Greatest contributors of the last hour"
    return await desk.page((title, _report(desk, key, title)), title=key)


async def _report(desk: Desk, rule: str, title: str) -> Part:
    end = desk.now.replace(second=0, microsecond=0)
    found = await report(await desk.cloudwatch(), rule, end - _HOUR, end, timedelta(minutes=5))
    rows = tuple(
        Row((" · ".join(one.keys), one.total, percent(one.total / found.total, 1) if found.total else None))
        for one in found.contributors
    )
    labels = " · ".join(label.removeprefix("$.") for label in found.labels) or "contributor"
    return Table(f"{title}, of {found.unique}", (labels, "in all", "share"), rows, "Nothing matched the rule.")


TAB = Tab("insights", "Insight rules", "who contributes most to what goes wrong", load, look)
