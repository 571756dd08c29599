"""GetService and ListServices: what Application Signals has discovered."""

from __future__ import annotations

from datetime import UTC, datetime

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.observability.state import Service
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = 50
_HOUR = 3600
_METRICS = (("LATENCY", "Latency"), ("ERROR", "Error"), ("FAULT", "Fault"))
_WANTED = ("Type", "Name", "Environment")


def list_services(region: Region, params: Params) -> Params:
    window = _window(params)
    if params.get("AwsAccountId", region.place.account) != region.place.account:
        return window | {"ServiceSummaries": []}
    services = sorted(region.observability.services, key=lambda service: service.name)
    size, token = params.get("MaxResults", _ON_A_PAGE), params.get("NextToken")
    shown, following = paging.page(services, size, token, "services", "ValidationException")
    answer = window | {"ServiceSummaries": [_written(service) for service in shown]}
    return answer | ({"NextToken": following} if following else {})


def get_service(region: Region, params: Params) -> Params:
    window = _window(params)
    service = named(region, params["KeyAttributes"])
    groups = [
        {
            "Type": "AWS::Resource",
            "ResourceType": "AWS::Logs::LogGroup",
            "Identifier": f"/aws/lambda/{service.function}",
        }
    ]
    return window | {"Service": _written(service) | {"LogGroupReferences": groups}, "LogGroupReferences": groups}


def named(region: Region, key_attributes: dict[str, str]) -> Service:
    """The service that a caller names.

    Raises:
        AwsError: ValidationException, when no service has these attributes or one of them is missing.
    """
    for name in _WANTED:
        if name not in key_attributes:
            raise AwsError("ValidationException", f"KeyAttributes must have {', '.join(_WANTED)}; {name} is missing.")
    for service in region.observability.services:
        if service.key_attributes == key_attributes:
            return service
    raise AwsError("ValidationException", f"There is no service {key_attributes['Name']} with these KeyAttributes.")


def dimensions(service: Service) -> list[dict[str, str]]:
    """The dimensions of a service's metrics."""
    return [{"Name": "Environment", "Value": service.environment}, {"Name": "Service", "Value": service.name}]


def _written(service: Service) -> Params:
    return {
        "KeyAttributes": service.key_attributes,
        "AttributeMaps": [{"PlatformType": "AWS::Lambda"}],
        "MetricReferences": [
            {
                "Namespace": "ApplicationSignals",
                "MetricType": kind,
                "Dimensions": dimensions(service),
                "MetricName": name,
            }
            for kind, name in _METRICS
        ],
    }


def _window(params: Params) -> Params:
    """The asked for times, "rounded to the nearest hour" (Application Signals API reference)."""
    start, end = params["StartTime"].timestamp(), params["EndTime"].timestamp()
    if start >= end:
        raise AwsError("ValidationException", "StartTime must be before EndTime.")
    return {"StartTime": _hour(start), "EndTime": _hour(end)}


def _hour(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds + _HOUR / 2) // _HOUR * _HOUR, UTC)
