"""Put, get and list dashboards."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.observability.dashboard_body import Finding, findings
from multitool_tui.sandbox.observability.state import Dashboard
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.services.cloudwatch.tags import read_tags
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = 1000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")


def put_dashboard(region: Region, params: Params) -> Params:
    name, body = params["DashboardName"], params["DashboardBody"]
    if not _NAME.fullmatch(name):
        raise AwsError(
            "DashboardInvalidInputError",
            f"The value {name} for field DashboardName contains invalid characters. "
            "It can only contain alphanumerics, dash (-) and underscore (_).",
        )
    found = findings(body)
    fatal = [_written(each) for each in found if each.fatal]
    if fatal:
        raise AwsError(
            "DashboardInvalidInputError",
            f"The dashboard body is invalid, there are {len(fatal)} validation errors: {json.dumps(fatal)}",
            dashboardValidationMessages=fatal,
        )
    known = region.observability.dashboards.get(name)
    # "If you specify Tags when updating an existing dashboard, the tag updates are ignored."
    tags = known.tags if known else read_tags(params.get("Tags", []))
    region.observability.dashboards[name] = Dashboard(name, body, region.now, tags)
    return {"DashboardValidationMessages": [_written(each) for each in found]}


def get_dashboard(region: Region, params: Params) -> Params:
    name = params["DashboardName"]
    dashboard = region.observability.dashboards.get(name)
    if dashboard is None:
        raise AwsError("DashboardNotFoundError", f"Dashboard {name} does not exist")
    return {
        "DashboardArn": region.place.dashboard_arn(name),
        "DashboardBody": dashboard.body,
        "DashboardName": name,
    }


def delete_dashboards(region: Region, params: Params) -> Params:
    """All of them, or none when one is not there."""
    known = region.observability.dashboards
    for name in params["DashboardNames"]:
        if name not in known:
            raise AwsError("DashboardNotFoundError", f"Dashboard {name} does not exist")
    for name in params["DashboardNames"]:
        known.pop(name, None)
    return {}


def list_dashboards(region: Region, params: Params) -> Params:
    prefix = params.get("DashboardNamePrefix", "")
    chosen = [each for name, each in sorted(region.observability.dashboards.items()) if name.startswith(prefix)]
    token = params.get("NextToken")
    shown, following = paging.page(chosen, _ON_A_PAGE, token, "dashboards", "InvalidParameterValueException")
    entries = [
        {
            "DashboardName": each.name,
            "DashboardArn": region.place.dashboard_arn(each.name),
            "LastModified": datetime.fromtimestamp(each.modified, UTC),
            "Size": len(each.body.encode()),
        }
        for each in shown
    ]
    return {"DashboardEntries": entries} | ({"NextToken": following} if following else {})


def _written(finding: Finding) -> Params:
    return {"DataPath": finding.path, "Message": finding.message}
