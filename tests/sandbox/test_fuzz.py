"""Whatever is sent, the answer is one of AWS's: no parameters and no bytes make the sandbox fail."""

from __future__ import annotations

import asyncio
import json
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import cbor2
import pytest
from botocore.model import Shape
from hypothesis import given, settings
from hypothesis import strategies as st

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from multitool_tui.sandbox.services.registry import HANDLERS
from multitool_tui.sandbox.wire.messages import Request
from multitool_tui.sandbox.wire.models import MODEL_OF, operation_model
from tests.sandbox.conftest import NOON
from tests.sandbox.support import package

WORDS = [
    *("checkout", "payments", "live", "beta", "41", "42", "99", "$LATEST", "", "x" * 300, "ünï\x00code", "a:b:c"),
    *("AWS/Lambda", "Shop", "Invocations", "Errors", "FunctionName", "Sum", "p99", "PR(:300)", "TM(5%:95%)", "Bogus"),
    *("q", "errors", "FILL(errors, 0)", "100 * errors / q", "checkout-error-rate", "shop-front", "ALARM(shop-front)"),
    *("OK", "ALARM", "GreaterThanThreshold", "notBreaching", "missing", "arn:aws:iam::123456789012:role/x"),
]
NUMBERS = [-(10**12), -1, 0, 1, 2, 3, 10, 50, 60, 61, 300, 86400, 10**12]
MOMENTS = [NOON + timedelta(hours=hours) for hours in (-(24 * 400), -20, -3, -1, 0, 1, 24 * 400)]


def values(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a shape's type, likely and unlikely ones; required members may be missing."""
    kind = shape.type_name
    if kind == "structure":
        members = {name: values(member, depth + 1) for name, member in shape.members.items()}
        required = {name: members.pop(name) for name in shape.required_members}
        # Deep inside, what is not required is mostly left out, so that some requests are right.
        optional = members if depth < 3 else {}
        whole = st.fixed_dictionaries(required, optional=optional)
        return whole | st.fixed_dictionaries({}, optional=required | optional) if depth == 0 else whole
    if kind == "list":
        return st.lists(values(shape.member, depth + 1), max_size=3)
    if kind == "map":
        return st.dictionaries(values(shape.key, depth + 1), values(shape.value, depth + 1), max_size=2)
    if kind == "string":
        enumeration = list(shape.metadata.get("enum", []))
        return st.sampled_from([*WORDS, *enumeration]) | st.text(max_size=20)
    if kind in ("integer", "long"):
        return st.sampled_from(NUMBERS)
    if kind in ("float", "double"):
        return st.sampled_from([0.0, 0.1, 1.0, -1.0, 1e308]) | st.floats(allow_nan=False, allow_infinity=False)
    if kind == "boolean":
        return st.booleans()
    if kind == "timestamp":
        return st.sampled_from(MOMENTS)
    assert kind == "blob"
    return st.sampled_from([b"", b"no zip", package()])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all examples, as it is after whatever came before."""
    sandbox = Sandbox(scenario=load_scenario("errors"), clock=ManualClock(NOON))
    yield sandbox
    asyncio.run(sandbox.stop())


def try_on(sandbox: Sandbox, request: Request) -> None:
    """Any answer will do that is not of a failure."""
    clock = sandbox._clock
    assert isinstance(clock, ManualClock)
    clock.advance(7)
    outcome = asyncio.run(sandbox._gateway.handle(request))
    assert outcome.answer is not None
    assert outcome.answer.status < 500, request


def signed(service: str) -> dict[str, str]:
    return {"authorization": f"AWS4-HMAC-SHA256 Credential=AK/20260105/eu-west-1/{service}/aws4_request"}


@pytest.mark.parametrize("operation", sorted(HANDLERS["cloudwatch"]))
def test_parameters_of_cloudwatch(sandbox: Sandbox, operation: str) -> None:
    shape = operation_model("cloudwatch", operation).input_shape
    assert shape is not None
    headers = signed("monitoring") | {"smithy-protocol": "rpc-v2-cbor"}
    path = f"/service/GraniteServiceVersion20100801/operation/{operation}"

    @settings(max_examples=25)
    @given(values(shape))
    def try_out(params: dict[str, Any]) -> None:
        body = cbor2.dumps(params, datetime_as_timestamp=True, timezone=UTC)
        try_on(sandbox, Request("POST", path, headers, body))

    try_out()


REST = [(service, name) for service in ("lambda", "application-signals") for name in sorted(HANDLERS[service])]


@pytest.mark.parametrize(("service", "operation"), REST)
def test_parameters_of_rest_services(sandbox: Sandbox, service: str, operation: str) -> None:
    model = operation_model(service, operation)
    shape = model.input_shape
    assert shape is not None
    uri = model.http["requestUri"]
    wanted = [name for name in shape.members if "{" + name + "}" in uri]

    @settings(max_examples=25)
    @given(values(shape), st.tuples(*[st.sampled_from(["checkout", "live", "payments", "gone"]) for _ in wanted]))
    def try_out(params: dict[str, Any], places: tuple[str, ...]) -> None:
        path = uri
        for name, place in zip(wanted, places, strict=True):
            path = path.replace("{" + name + "}", place)
        query = {name: params.pop(name) for name in list(params) if shape.members[name].serialization.get("location")}
        body = json.dumps(params, default=lambda other: other.hex() if isinstance(other, bytes) else 1).encode()
        target = f"{path}?{urlencode(query)}" if query else path
        try_on(sandbox, Request(model.http["method"], target, signed(service), body))

    try_out()


@given(
    st.sampled_from([*MODEL_OF, "iam", None]),
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]),
    st.text(string.printable, max_size=40).map(lambda text: "/" + text)
    | st.sampled_from(["/", "/2015-03-31/functions/checkout/aliases/live", "/service/x/operation/DescribeAlarms"]),
    st.dictionaries(
        st.sampled_from(["smithy-protocol", "x-amz-target", "content-type", "x-amzn-query-mode"]),
        st.sampled_from(["rpc-v2-cbor", "GraniteServiceVersion20100801.DescribeAlarms", "true", ""]),
    ),
    st.binary(max_size=60) | st.sampled_from([b"Action=DescribeAlarms&AlarmNames.member.1=x", b"{}", b"\xa0"]),
)
def test_any_bytes(service: str | None, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
    sandbox = Sandbox(scenario=load_scenario("healthy"), clock=ManualClock(datetime(2026, 1, 5, tzinfo=UTC)))
    scope = {} if service is None else signed(service)
    try_on(sandbox, Request(method, target, headers | scope, body))
