"""Which function answers which operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import sts
from multitool_tui.sandbox.services.apigateway import (
    deployments,
    integrations,
    methods,
    resources,
    rest_apis,
    stages,
)
from multitool_tui.sandbox.services.apigateway import tags as api_tags
from multitool_tui.sandbox.services.application_signals import discovered, objectives
from multitool_tui.sandbox.services.cloudwatch import (
    anomalies,
    dashboards,
    describe_alarms,
    insight_rules,
    listing,
    metric_data,
    put_alarms,
    streams,
    tags,
    widget_image,
)
from multitool_tui.sandbox.services.lambda_ import aliases, functions, invoke, versions
from multitool_tui.sandbox.wire.messages import Params

Handler = Callable[[Region, Params], Params | Awaitable[Params]]
"""Most answer at once; one that has to wait gives an awaitable, and others are served meanwhile."""

HANDLERS: dict[str, dict[str, Handler]] = {
    "lambda": {
        "CreateFunction": functions.create_function,
        "GetFunction": functions.get_function,
        "GetFunctionConfiguration": functions.get_function_configuration,
        "ListFunctions": functions.list_functions,
        "UpdateFunctionCode": functions.update_function_code,
        "UpdateFunctionConfiguration": functions.update_function_configuration,
        "DeleteFunction": functions.delete_function,
        "PublishVersion": versions.publish_version,
        "ListVersionsByFunction": versions.list_versions_by_function,
        "Invoke": invoke.invoke,
        "InvokeAsync": invoke.invoke_async,
        "CreateAlias": aliases.create_alias,
        "GetAlias": aliases.get_alias,
        "UpdateAlias": aliases.update_alias,
        "DeleteAlias": aliases.delete_alias,
        "ListAliases": aliases.list_aliases,
    },
    "cloudwatch": {
        "GetMetricData": metric_data.get_metric_data,
        "GetMetricStatistics": metric_data.get_metric_statistics,
        "PutMetricData": metric_data.put_metric_data,
        "ListMetrics": listing.list_metrics,
        "PutMetricAlarm": put_alarms.put_metric_alarm,
        "PutCompositeAlarm": put_alarms.put_composite_alarm,
        "SetAlarmState": put_alarms.set_alarm_state,
        "DeleteAlarms": put_alarms.delete_alarms,
        "DescribeAlarms": describe_alarms.describe_alarms,
        "DescribeAlarmsForMetric": describe_alarms.describe_alarms_for_metric,
        "DescribeAlarmHistory": describe_alarms.describe_alarm_history,
        "PutDashboard": dashboards.put_dashboard,
        "GetDashboard": dashboards.get_dashboard,
        "ListDashboards": dashboards.list_dashboards,
        "GetMetricWidgetImage": widget_image.get_metric_widget_image,
        "PutMetricStream": streams.put_metric_stream,
        "GetMetricStream": streams.get_metric_stream,
        "DeleteMetricStream": streams.delete_metric_stream,
        "ListMetricStreams": streams.list_metric_streams,
        "StartMetricStreams": streams.start_metric_streams,
        "StopMetricStreams": streams.stop_metric_streams,
        "DescribeInsightRules": insight_rules.describe_insight_rules,
        "GetInsightRuleReport": insight_rules.get_insight_rule_report,
        "ListManagedInsightRules": insight_rules.list_managed_insight_rules,
        "DescribeAnomalyDetectors": anomalies.describe_anomaly_detectors,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
        "ListTagsForResource": tags.list_tags_for_resource,
    },
    "application-signals": {
        "CreateServiceLevelObjective": objectives.create_service_level_objective,
        "ListServiceLevelObjectives": objectives.list_service_level_objectives,
        "GetService": discovered.get_service,
        "ListServices": discovered.list_services,
    },
    "apigateway": {
        "CreateRestApi": rest_apis.create_rest_api,
        "GetRestApi": rest_apis.get_rest_api,
        "GetRestApis": rest_apis.get_rest_apis,
        "DeleteRestApi": rest_apis.delete_rest_api,
        "CreateResource": resources.create_resource,
        "GetResource": resources.get_resource,
        "GetResources": resources.get_resources,
        "DeleteResource": resources.delete_resource,
        "PutMethod": methods.put_method,
        "GetMethod": methods.get_method,
        "DeleteMethod": methods.delete_method,
        "PutMethodResponse": methods.put_method_response,
        "PutIntegration": integrations.put_integration,
        "GetIntegration": integrations.get_integration,
        "UpdateIntegration": integrations.update_integration,
        "DeleteIntegration": integrations.delete_integration,
        "PutIntegrationResponse": integrations.put_integration_response,
        "CreateDeployment": deployments.create_deployment,
        "GetDeployment": deployments.get_deployment,
        "GetDeployments": deployments.get_deployments,
        "DeleteDeployment": deployments.delete_deployment,
        "CreateStage": stages.create_stage,
        "GetStage": stages.get_stage,
        "GetStages": stages.get_stages,
        "UpdateStage": stages.update_stage,
        "DeleteStage": stages.delete_stage,
        "GetTags": api_tags.get_tags,
        "TagResource": api_tags.tag_resource,
        "UntagResource": api_tags.untag_resource,
    },
    "sts": {
        "GetCallerIdentity": sts.get_caller_identity,
    },
}
"""By service (the name of its model) and operation."""
