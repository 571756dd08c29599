"""CloudWatch dashboards. They belong to the account, whatever the client's region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from multitool_tui.aws.observability.paging import every
from multitool_tui.aws.translate import answered, aws_errors


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard of a list. `size` is that of its body, in bytes."""

    name: str
    arn: str
    modified: datetime | None
    size: int


@dataclass(frozen=True, slots=True)
class Warned:
    """What CloudWatch has to say about a body that it took. `path` is a JSON pointer into it."""

    path: str
    message: str


async def dashboards(client: Any, prefix: str = "") -> tuple[Dashboard, ...]:
    """The dashboards whose names begin with `prefix`, by name."""
    # An empty prefix is none: a parameter without a value is refused.
    given = {"DashboardNamePrefix": prefix} if prefix else {}
    found = []
    for item in await every(client.list_dashboards, "DashboardEntries", **given):
        answered(item, "DashboardName", "DashboardArn")
        found.append(
            Dashboard(item["DashboardName"], item["DashboardArn"], item.get("LastModified"), item.get("Size", 0))
        )
    return tuple(sorted(found, key=lambda dashboard: dashboard.name))


async def dashboard_body(client: Any, name: str) -> str:
    """A dashboard's body, JSON as it was put.

    Raises:
        NotFound: when there is no such dashboard.
    """
    with aws_errors():
        answer = await client.get_dashboard(DashboardName=name)
        answered(answer, "DashboardBody")
    return str(answer["DashboardBody"])


async def put_dashboard(client: Any, name: str, body: str) -> tuple[Warned, ...]:
    """Create a dashboard or replace its body, whoever wrote it. What is returned keeps it from being shown in part.

    Raises:
        Refused: when the body is none; says where and why.
    """
    with aws_errors():
        answer = await client.put_dashboard(DashboardName=name, DashboardBody=body)
    said = answer.get("DashboardValidationMessages") or ()
    return tuple(Warned(each.get("DataPath", ""), each.get("Message", "")) for each in said)
