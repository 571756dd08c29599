"""Amazon CloudWatch, and its Application Signals."""

from __future__ import annotations

from multitool_tui.permissions.features import (
    ALARMS,
    ANNOTATIONS,
    ANOMALIES,
    ANOMALY_GATE,
    DASHBOARDS,
    INSIGHTS,
    METRICS,
    OBJECTIVES,
    REPLAY,
    RUN,
    SETUP,
    STAGES,
    STREAMS,
    TAGS,
    TEARDOWN,
    WATCH,
)
from multitool_tui.permissions.row import Access, Feature, Row, Shape, operations

ALARM = Shape("Alarm", "arn:{partition}:cloudwatch:{region}:{account}:alarm:*")
DASHBOARD = Shape("Dashboard", "arn:{partition}:cloudwatch::{account}:dashboard/*")
RULE = Shape("InsightRule", "arn:{partition}:cloudwatch:{region}:{account}:insight-rule/*")
STREAM = Shape("MetricStream", "arn:{partition}:cloudwatch:{region}:{account}:metric-stream/*")
SERVICE = Shape("Service", "arn:{partition}:cloudwatch:{region}:{account}:service/*")

_COMPOSITES = "Composite alarms are told of only to who has it on *."
_CONSOLE = "The console alone calls it: there is no public operation."
_SIGNALS = "Called through Application Signals, which may check the application-signals action of that name instead."


def _row(
    name: str,
    access: Access,
    *shapes: Shape,
    now: tuple[Feature, ...] = (),
    service: str = "cloudwatch",
    note: str = "",
) -> Row:
    return Row(f"cloudwatch:{name}", access, shapes, operations(service, name), now, None, note)


def _of_signals(name: str, access: Access, *shapes: Shape) -> Row:
    return _row(name, access, *shapes, now=(OBJECTIVES,), service="application-signals", note=_SIGNALS)


ROWS = (
    _of_signals("CreateServiceLevelObjective", Access.WRITE),
    _row("DeleteMetricStream", Access.WRITE, STREAM, now=(STREAMS,)),
    _row("DescribeAlarmHistory", Access.READ, now=(ALARMS,), note=_COMPOSITES),
    _row("DescribeAlarms", Access.READ, now=(WATCH, RUN, STAGES, SETUP, TEARDOWN, ALARMS, TAGS), note=_COMPOSITES),
    _row("DescribeAlarmsForMetric", Access.READ, now=(ALARMS, TAGS)),
    _row("DescribeAnomalyDetectors", Access.READ, now=(ANOMALIES, ANOMALY_GATE)),
    _row("DescribeInsightRules", Access.READ, now=(INSIGHTS,)),
    Row("cloudwatch:GenerateQuery", Access.READ, note=_CONSOLE),
    _row("GetDashboard", Access.READ, DASHBOARD, now=(SETUP, TEARDOWN, DASHBOARDS)),
    _row("GetInsightRuleReport", Access.READ, RULE, now=(INSIGHTS,)),
    _row("GetMetricData", Access.READ, now=(WATCH, RUN, STAGES, REPLAY, ANOMALIES, ANOMALY_GATE)),
    _row("GetMetricStatistics", Access.READ, now=(ALARMS, METRICS, OBJECTIVES)),
    _row("GetMetricStream", Access.READ, STREAM, now=(STREAMS,)),
    _row("GetMetricWidgetImage", Access.READ, now=(METRICS, DASHBOARDS)),
    _of_signals("GetService", Access.READ, SERVICE),
    Row("cloudwatch:GetServiceData", Access.READ, (SERVICE,), note=_CONSOLE),
    Row("cloudwatch:GetTopologyDiscoveryStatus", Access.READ, note=_CONSOLE),
    Row("cloudwatch:GetTopologyMap", Access.READ, note=_CONSOLE),
    _row("ListDashboards", Access.LIST, now=(DASHBOARDS,)),
    Row("cloudwatch:ListEntitiesForMetric", Access.LIST, note=_CONSOLE),
    _row("ListManagedInsightRules", Access.READ, now=(INSIGHTS,)),
    _row("ListMetrics", Access.LIST, now=(STAGES, METRICS)),
    _row("ListMetricStreams", Access.LIST, now=(STREAMS,)),
    _of_signals("ListServiceLevelObjectives", Access.LIST),
    _of_signals("ListServices", Access.LIST),
    _row("ListTagsForResource", Access.LIST, ALARM, DASHBOARD, RULE, STREAM, now=(TAGS,)),
    _row("PutDashboard", Access.WRITE, DASHBOARD, now=(SETUP, DASHBOARDS)),
    _row("PutMetricAlarm", Access.WRITE, ALARM, now=(SETUP, ALARMS)),
    _row("PutMetricData", Access.WRITE, now=(ANNOTATIONS,)),
    _row("PutMetricStream", Access.WRITE, STREAM, now=(STREAMS,)),
    _row("StartMetricStreams", Access.WRITE, STREAM, now=(STREAMS,)),
    _row("StopMetricStreams", Access.WRITE, STREAM, now=(STREAMS,)),
    _row("TagResource", Access.TAGGING, ALARM, DASHBOARD, RULE, STREAM, now=(SETUP, TAGS)),
    _row("UntagResource", Access.TAGGING, ALARM, DASHBOARD, RULE, STREAM, now=(TAGS,)),
)
