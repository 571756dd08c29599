"""DescribeAnomalyDetectors."""

from __future__ import annotations

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.observability.state import AnomalyDetector
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services import paging
from multitool_tui.sandbox.wire.messages import Params

_ON_A_PAGE = 100
_FILTERS = ("Namespace", "MetricName", "Dimensions", "AnomalyDetectorTypes")


def describe_anomaly_detectors(region: Region, params: Params) -> Params:
    identifiers = params.get("AnomalyDetectorIds")
    if identifiers and any(name in params for name in _FILTERS):
        raise AwsError(
            "InvalidParameterCombinationException",
            f"AnomalyDetectorIds cannot be specified with {', '.join(_FILTERS)}.",
        )
    size = params.get("MaxResults", _ON_A_PAGE)
    if size > _ON_A_PAGE:
        raise AwsError("InvalidParameterValueException", f"The parameter MaxResults must not exceed {_ON_A_PAGE}.")
    kinds = params.get("AnomalyDetectorTypes") or ["SINGLE_METRIC"]
    dimensions = {each["Name"]: each["Value"] for each in params["Dimensions"]} if "Dimensions" in params else None
    chosen = [
        each
        for each in region.observability.anomaly_detectors
        if "SINGLE_METRIC" in kinds
        and (not identifiers or each.identifier in identifiers)
        and params.get("Namespace", each.namespace) == each.namespace
        and params.get("MetricName", each.metric) == each.metric
        and dimensions in (None, each.dimensions)
    ]
    shown, token = paging.page(chosen, size, params.get("NextToken"), "anomaly detectors", "InvalidNextToken")
    return {"AnomalyDetectors": [_written(each) for each in shown]} | ({"NextToken": token} if token else {})


def _written(detector: AnomalyDetector) -> Params:
    metric = {
        "Namespace": detector.namespace,
        "MetricName": detector.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in detector.dimensions.items()],
        "Stat": detector.stat,
    }
    # The metric stands at the top as well, where older clients look for it.
    return metric | {
        "AnomalyDetectorId": detector.identifier,
        "Configuration": {"ExcludedTimeRanges": []},
        "StateValue": "TRAINED",
        "SingleMetricAnomalyDetector": metric,
    }
