"""Clients of a sandbox, and the few calls that many tests make."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.server import Sandbox

KEY = "AKIASANDBOXTEST00000"
_SESSION = boto3.Session(aws_access_key_id=KEY, aws_secret_access_key="none", region_name="eu-west-1")
# One attempt: a test counts calls. Parameters go out unchecked, so that it is the sandbox that refuses them.
ONE_ATTEMPT = Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=60, connect_timeout=60)

PROTOCOLS = ["smithy-rpc-v2-cbor", "json", "query"]
"""CloudWatch's."""


@dataclass(frozen=True)
class Refusal:
    """An error as a client reports it."""

    code: str
    status: int
    message: str
    response: dict[str, Any] = field(compare=False)


class Aws:
    """boto3 against one sandbox: `await aws("lambda", "get_alias", ...)`."""

    def __init__(self, sandbox: Sandbox, clock: ManualClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self._clients: dict[tuple[str, str | None], Any] = {}

    def client(self, service: str, region: str | None = None) -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = _SESSION.client(
                service, endpoint_url=self.sandbox.url, region_name=region, config=ONE_ATTEMPT
            )
        return self._clients[service, region]

    async def __call__(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Any:
        method = getattr(self.client(service, region), operation)
        answer = await asyncio.to_thread(method, **params)
        answer.pop("ResponseMetadata")
        return answer

    async def refused(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Refusal:
        """The error that a call is answered with; a call that succeeds fails the test."""
        with pytest.raises(ClientError) as caught:
            await self(service, operation, region=region, **params)
        response = dict(caught.value.response)
        error, metadata = response["Error"], response["ResponseMetadata"]
        return Refusal(error["Code"], metadata["HTTPStatusCode"], error.get("Message", ""), response)

    async def weigh(self, weight: float, version: str = "42", target: str = "checkout:live") -> Any:
        """Give `version` a share of an alias's traffic; 0 clears the weights."""
        function, alias = target.split(":")
        weights = {version: weight} if weight else {}
        routing = {"AdditionalVersionWeights": weights}
        return await self("lambda", "update_alias", FunctionName=function, Name=alias, RoutingConfig=routing)

    async def series(
        self,
        name: str,
        stat: str = "Sum",
        *,
        minutes: int,
        version: str | None = None,
        target: str = "checkout:live",
        period: int = 60,
    ) -> dict[datetime, float]:
        """One series of AWS/Lambda over the last minutes, by timestamp."""
        query = {"Id": "q", "MetricStat": {"Metric": lambda_metric(name, target, version), "Period": period}}
        query["MetricStat"]["Stat"] = stat  # type: ignore[index]
        now = self.clock.now()
        answer = await self(
            "cloudwatch",
            "get_metric_data",
            MetricDataQueries=[query],
            StartTime=now - timedelta(minutes=minutes),
            EndTime=now,
        )
        [result] = answer["MetricDataResults"]
        return dict(zip(result["Timestamps"], result["Values"], strict=True))

    async def alarm(self, name: str) -> Any:
        answer = await self(
            "cloudwatch", "describe_alarms", AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        [alarm] = answer["MetricAlarms"] + answer["CompositeAlarms"]
        return alarm

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def speaking(aws: Aws, protocol: str) -> Any:
    """A CloudWatch client that speaks one protocol and no other."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    original = loader.load_service_model

    def load(service: str, kind: str, *rest: Any, **more: Any) -> Any:
        model = original(service, kind, *rest, **more)
        if service == "cloudwatch" and kind == "service-2":
            model = model | {"metadata": model["metadata"] | {"protocol": protocol, "protocols": [protocol]}}
        return model

    loader.load_service_model = load
    return session.create_client(
        "cloudwatch",
        region_name="eu-west-1",
        endpoint_url=aws.sandbox.url,
        aws_access_key_id=KEY,
        aws_secret_access_key="none",
        config=ONE_ATTEMPT,
    )


@asynccontextmanager
async def running(sandbox: Sandbox, clock: ManualClock) -> AsyncIterator[Aws]:
    async with sandbox:
        aws = Aws(sandbox, clock)
        try:
            yield aws
        finally:
            await asyncio.to_thread(aws.close)


def lambda_metric(name: str, target: str | None = None, version: str | None = None) -> dict[str, Any]:
    """A metric of AWS/Lambda: across all, of a function, of function:alias, or of one version under it."""
    dimensions = {}
    if target is not None:
        dimensions["FunctionName"] = target.partition(":")[0]
        if ":" in target:
            dimensions["Resource"] = target
    if version is not None:
        dimensions["ExecutedVersion"] = version
    written = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": written}


def package(text: str = "def handler(event, context): ...") -> bytes:
    """A deployment package; the same text gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()
