"""Dashboards: what is put is got, what is wrong is refused with where and why."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.sandbox.observability.dashboard_body import findings
from multitool_tui.sandbox.observability.state import Dashboard
from tests.sandbox.support import PROTOCOLS, Aws, speaking

TEXT = {"type": "text", "x": 0, "y": 0, "width": 6, "height": 3, "properties": {"markdown": "# Checkout"}}
GRAPH = {
    "type": "metric",
    "properties": {
        "region": "eu-west-1",
        "metrics": [["AWS/Lambda", "Errors", "FunctionName", "checkout", {"color": "#d62728", "stat": "Sum"}]],
    },
}
BODY = json.dumps({"widgets": [TEXT, GRAPH]})


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_dashboard_in_every_protocol(aws: Aws, protocol: str) -> None:
    client = speaking(aws, protocol)

    def story() -> None:
        assert client.put_dashboard(DashboardName="shop", DashboardBody=BODY)["DashboardValidationMessages"] == []
        got = client.get_dashboard(DashboardName="shop")
        assert got["DashboardArn"] == "arn:aws:cloudwatch::123456789012:dashboard/shop"
        assert (got["DashboardName"], got["DashboardBody"]) == ("shop", BODY)
        [entry] = client.list_dashboards(DashboardNamePrefix="sh")["DashboardEntries"]
        assert (entry["DashboardName"], entry["Size"]) == ("shop", len(BODY))
        assert entry["LastModified"] == aws.clock.now()
        with pytest.raises(ClientError) as missing:
            client.get_dashboard(DashboardName="none")
        assert missing.value.response["Error"]["Code"] == "ResourceNotFound"
        assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
        with pytest.raises(ClientError) as wrong:
            client.put_dashboard(DashboardName="shop", DashboardBody='{"widgets": [{"type": "text"}]}')
        response: Any = wrong.value.response
        assert response["Error"]["Code"] == "InvalidParameterInput"
        assert response["dashboardValidationMessages"] == [
            {"DataPath": "/widgets/0", "Message": "Should have required property 'properties'"}
        ]
        assert client.get_dashboard(DashboardName="shop")["DashboardBody"] == BODY

    await asyncio.to_thread(story)
    client.close()


async def test_dashboards_come_in_pages_of_a_thousand(aws: Aws) -> None:
    many = {f"d{number:04}": Dashboard(f"d{number:04}", BODY, 0.0, {}) for number in range(1001)}
    boards = aws.sandbox._home.observability.dashboards
    boards.clear()
    boards.update(many)
    first = await aws("cloudwatch", "list_dashboards")
    assert len(first["DashboardEntries"]) == 1000
    rest = await aws("cloudwatch", "list_dashboards", NextToken=first["NextToken"])
    assert [each["DashboardName"] for each in rest["DashboardEntries"]] == ["d1000"]
    assert "NextToken" not in rest
    assert (await aws.refused("cloudwatch", "list_dashboards", NextToken="x")).code == "InvalidParameterValue"


async def test_dashboards_are_of_no_region(aws: Aws) -> None:
    await aws("cloudwatch", "put_dashboard", DashboardName="shop", DashboardBody=BODY)
    assert (await aws("cloudwatch", "get_dashboard", DashboardName="shop", region="us-east-1"))["DashboardBody"] == BODY


@pytest.mark.parametrize("name", ["", "no spaces", "a/b", "x" * 256])
async def test_names_of_dashboards(aws: Aws, name: str) -> None:
    refusal = await aws.refused("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=BODY)
    assert (refusal.code, refusal.status) == ("InvalidParameterInput", 400)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("no json", ""),
        ("[]", ""),
        ("{}", ""),
        ({"widgets": {}}, "/widgets"),
        ({"widgets": [TEXT] * 501}, "/widgets"),
        ({"widgets": [], "end": "2026-01-05T12:00:00Z"}, "/end"),
        ({"widgets": [], "periodOverride": "never"}, "/periodOverride"),
        ({"widgets": [TEXT | {"type": "chart"}]}, "/widgets/0/type"),
        ({"widgets": [TEXT | {"width": 25}]}, "/widgets/0/width"),
        ({"widgets": [TEXT | {"x": 24}]}, "/widgets/0/x"),
        ({"widgets": [TEXT | {"height": "3"}]}, "/widgets/0/height"),
        ({"widgets": [{"type": "text", "x": 1, "properties": {"markdown": ""}}]}, "/widgets/0"),
        ({"widgets": [GRAPH | {"properties": {"metrics": []}}]}, "/widgets/0/properties"),
        ({"widgets": [GRAPH | {"properties": {"region": "eu-west-1"}}]}, "/widgets/0/properties"),
        (
            {"widgets": [GRAPH | {"properties": {"region": "r", "metrics": [["A", "b", {"color": "red"}]]}}]},
            "/widgets/0/properties/metrics/0/2/color",
        ),
        ({"widgets": [GRAPH | {"properties": {"region": "r", "metrics": [[]]}}]}, "/widgets/0/properties/metrics/0"),
        ({"widgets": [{"type": "log", "properties": {"region": "r"}}]}, "/widgets/0/properties"),
        ({"widgets": [{"type": "alarm", "properties": {"alarms": "x"}}]}, "/widgets/0/properties/alarms"),
    ],
)
def test_what_is_wrong_with_a_body_and_where(body: Any, path: str) -> None:
    found = findings(body if isinstance(body, str) else json.dumps(body))
    assert [each.path for each in found if each.fatal] == [path]


async def test_a_warning_keeps_nothing_from_being_saved(aws: Aws) -> None:
    body = json.dumps({"widgets": [TEXT | {"colour": "blue"}]})
    answer = await aws("cloudwatch", "put_dashboard", DashboardName="shop", DashboardBody=body)
    assert [each["DataPath"] for each in answer["DashboardValidationMessages"]] == ["/widgets/0/colour"]
    assert (await aws("cloudwatch", "get_dashboard", DashboardName="shop"))["DashboardBody"] == body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["widgets", "type", "properties", "metrics", "x", "color", "z"]), inner)
    ),
)


@given(JSON | st.fixed_dictionaries({"widgets": st.lists(st.fixed_dictionaries({"type": JSON, "properties": JSON}))}))
def test_any_json_is_judged(body: Any) -> None:
    for each in findings(json.dumps(body)):
        assert each.path == "" or each.path.startswith("/")
