"""What watches the service: alarms, and a dashboard with its versions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from multitool_tui.aws.errors import AccessDenied, NotFound
from multitool_tui.aws.observability.dashboard_body import board
from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site

_TAG = "multitool:service"
_MADE_BY = "Made by multitool setup"
_TOO_MANY = 5.0  # percent of the requests
_PERIOD = 60  # seconds


@dataclass(frozen=True, slots=True)
class RateAlarm(Part):
    """Goes off when more than 5% of the requests fail in three minutes of five. `of`: what fails: "invocations" (the
    alias's Errors), "function URL" (its 5XX) or "stage" (the 5XX of API Gateway)."""

    kind: ClassVar[str] = "alarm"
    alarm: str
    service: str
    of: str
    function: str
    alias: str
    api: str = ""
    stage: str = ""

    @property
    def name(self) -> str:
        return self.alarm

    @property
    def says(self) -> str:
        return f"{self.alarm}: over {_TOO_MANY:g}% {self._what}"

    async def look(self, site: Site) -> Facts | None:
        answer = await site.read("cloudwatch", "describe_alarms", AlarmNames=[self.alarm], AlarmTypes=["MetricAlarm"])
        found = answer.get("MetricAlarms") or ()
        if not found:
            return None
        if not found[0].get("AlarmDescription", "").startswith(f"{_MADE_BY} of {self.service}"):
            raise InTheWay(f"An alarm {self.alarm} is there already: choose another name for the service.")
        return {}

    async def make(self, site: Site) -> Facts:
        alarm = {
            "AlarmName": self.alarm,
            "AlarmDescription": f"{_MADE_BY} of {self.service}: more than {_TOO_MANY:g}% {self._what}.",
            "EvaluationPeriods": 5,
            "DatapointsToAlarm": 3,
            "Threshold": _TOO_MANY,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "Metrics": self._metrics(),
        }
        await site.call("cloudwatch", "put_metric_alarm", **alarm)
        try:
            arn, tags = site.arn("cloudwatch", f"alarm:{self.alarm}"), [{"Key": _TAG, "Value": self.service}]
            await site.call("cloudwatch", "tag_resource", ResourceARN=arn, Tags=tags)
        except AccessDenied as denied:
            return {"remark": f"It has no tag: {denied}"}
        return {}

    def removed_by(self, site: Site, /) -> tuple[str, ...]:
        return (f"aws cloudwatch delete-alarms --alarm-names {self.alarm} --region {site.caller.region}",)

    @property
    def _what(self) -> str:
        return "errors" if self.of == "invocations" else "5XX"

    def _metrics(self) -> list[dict[str, Any]]:
        # A series without a failure may be missing altogether, which is not the same as failing.
        rate = {"Id": "rate", "Expression": "100 * FILL(bad, 0) / total", "Label": f"% {self._what}"}
        return [rate | {"ReturnData": True}] + [
            {
                "Id": name,
                "ReturnData": False,
                "MetricStat": {
                    "Metric": {
                        "Namespace": namespace,
                        "MetricName": metric,
                        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                    },
                    "Period": _PERIOD,
                    "Stat": "Sum",
                },
            }
            for name, (namespace, metric, dimensions) in zip(("bad", "total"), self._series(), strict=True)
        ]

    def _series(self) -> list[tuple[str, str, dict[str, str]]]:
        """What fails, and all there is."""
        if self.of == "stage":
            stage = {"ApiName": self.api, "Stage": self.stage}
            return [("AWS/ApiGateway", metric, stage) for metric in ("5XXError", "Count")]
        alias = {"FunctionName": self.function, "Resource": f"{self.function}:{self.alias}"}
        names = ("Errors", "Invocations") if self.of == "invocations" else ("Url5xxCount", "UrlRequestCount")
        return [("AWS/Lambda", metric, alias) for metric in names]


@dataclass(frozen=True, slots=True)
class Board(Part):
    """A dashboard. Which versions there are is looked up by CloudWatch whenever it is shown: during a rollout each
    chart has the baseline and the canary."""

    kind: ClassVar[str] = "dashboard"
    board: str
    service: str
    function: str
    alias: str
    api: str
    stage: str
    alarms: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.board

    @property
    def says(self) -> str:
        return f"{self.board}: its versions side by side"

    async def look(self, site: Site) -> Facts | None:
        try:
            found = await site.read("cloudwatch", "get_dashboard", "DashboardBody", DashboardName=self.board)
        except NotFound:
            return None
        if f"{_MADE_BY} of {self.service}" not in found["DashboardBody"]:
            raise InTheWay(f"A dashboard {self.board} is there already: choose another name for the service.")
        return {}

    async def make(self, site: Site) -> Facts:
        await site.call("cloudwatch", "put_dashboard", DashboardName=self.board, DashboardBody=self._body(site))
        return {}

    def removed_by(self, _site: Site, /) -> tuple[str, ...]:
        return (f"aws cloudwatch delete-dashboards --dashboard-names {self.board}",)

    def _body(self, site: Site) -> str:
        told = f"# {self.service}\n{_MADE_BY} of {self.service}. {self.function}:{self.alias}, by version."
        charts = [
            ("Invocations by version", self._by_version("Invocations", "Sum")),
            ("Errors by version", self._by_version("Errors", "Sum")),
            ("p99 duration by version (ms)", self._by_version("Duration", "p99")),
            ("Throttles by version", self._by_version("Throttles", "Sum")),
        ]
        if self.api:
            series = [
                ["AWS/ApiGateway", metric, "ApiName", self.api, "Stage", stage, {"stat": "Sum", "period": _PERIOD}]
                for metric in ("Count", "5XXError")
                for stage in (self.stage, f"{self.stage}/Canary")
            ]
            charts.append((f"Requests and 5XX of stage {self.stage}, and of its canary", series))
        arns = [site.arn("cloudwatch", f"alarm:{alarm}") for alarm in self.alarms]
        return board(told, charts, site.caller.region, arns)

    def _by_version(self, metric: str, stat: str) -> list[Any]:
        schema = "{AWS/Lambda,FunctionName,Resource,ExecutedVersion}"
        which = f'FunctionName="{self.function}" Resource="{self.function}:{self.alias}" MetricName="{metric}"'
        versions = {"expression": f"SEARCH('{schema} {which}', '{stat}', {_PERIOD})", "id": "versions"}
        whole = ["AWS/Lambda", metric, "FunctionName", self.function, "Resource", f"{self.function}:{self.alias}"]
        return [[versions], [*whole, {"stat": stat, "period": _PERIOD, "label": "all"}]]
