"""Invoke, and the traffic of functions whose code was uploaded."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.handlers.support import zipped
from tests.sandbox.support import Aws, package

Invoke = Callable[..., Coroutine[Any, Any, Any]]

ONE_IN_TEN = """
n = 0
def handler(event, context):
    global n
    n += 1
    if n % 10 == 0:
        raise RuntimeError("declined")
    return {"statusCode": 200}
"""


async def create(aws: Aws, text: str, name: str = "mine", **more: Any) -> None:
    """A function of one's own, ready to be invoked."""
    await aws(
        "lambda",
        "create_function",
        **{
            "FunctionName": name,
            "Role": "arn:aws:iam::123456789012:role/any",
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Code": {"ZipFile": package(text)},
        }
        | more,
    )
    aws.clock.advance(3)


async def invoke(aws: Aws, event: Any = None, name: str = "mine", **more: Any) -> Any:
    """What Invoke answers, with the payload read."""

    def call() -> Any:
        answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **more)
        status = answer.pop("ResponseMetadata")["HTTPStatusCode"]
        assert status == answer["StatusCode"]
        body = answer["Payload"].read()
        return answer | {"Payload": json.loads(body) if body else None}

    return await asyncio.to_thread(call)


async def counted(aws: Aws, name: str, target: str, **more: Any) -> float:
    """All that the metric has counted in the last minutes."""
    return sum((await aws.series(name, minutes=15, target=target, **more)).values())


async def test_the_result(aws: Aws) -> None:
    await create(aws, "def handler(event, context): return {'got': event, 'by': context.function_version}")
    answer = await invoke(aws, {"a": 1})
    assert answer == {
        "StatusCode": 200,
        "ExecutedVersion": "$LATEST",
        "Payload": {"got": {"a": 1}, "by": "$LATEST"},
    }


async def test_a_failure_is_an_answer_with_function_error_and_the_tail_of_the_log(aws: Aws) -> None:
    await create(aws, "def handler(event, context):\n    print('before')\n    raise ValueError('no stock')")
    answer = await invoke(aws, LogType="Tail")
    assert answer["StatusCode"] == 200
    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorType"] == "ValueError"
    assert answer["Payload"]["errorMessage"] == "no stock"
    assert answer["Payload"]["stackTrace"][0].startswith('  File "/var/task/app.py", line 3')
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "before\n[ERROR] ValueError: no stock" in log
    assert "LogResult" not in await invoke(aws)


async def test_a_long_log_is_cut_to_its_last_four_kilobytes(aws: Aws) -> None:
    await create(aws, "def handler(event, context): print('x' * 10_000 + 'end')")
    log = base64.b64decode((await invoke(aws, LogType="Tail"))["LogResult"])
    assert len(log) == 4096
    assert b"end\nEND RequestId" in log


async def test_a_zip_without_the_handler_fails_when_it_is_invoked(aws: Aws) -> None:
    await create(aws, "", Handler="index.handler")
    assert (await invoke(aws))["Payload"]["errorType"] == "Runtime.ImportModuleError"
    await create(aws, "", name="other")
    assert (await invoke(aws, name="other"))["Payload"]["errorType"] == "Runtime.HandlerNotFound"


async def test_a_dry_run_runs_nothing(aws: Aws, tmp_path: Path) -> None:
    await create(aws, f"open({str(tmp_path / 'ran')!r}, 'w')\ndef handler(event, context): ...")
    assert (await invoke(aws, InvocationType="DryRun"))["StatusCode"] == 204
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("operation", ["Event", "InvokeAsync"])
async def test_an_event_is_answered_before_it_is_run(aws: Aws, tmp_path: Path, operation: str) -> None:
    gate, done = tmp_path / "gate", tmp_path / "done"
    os.mkfifo(gate)
    os.mkfifo(done)
    text = f"""
def handler(event, context):
    open({str(gate)!r}).read()
    open({str(done)!r}, "w").write(event["say"])
"""
    await create(aws, text, Timeout=30)
    if operation == "Event":
        assert (await invoke(aws, {"say": "hello"}, InvocationType="Event")) == {"StatusCode": 202, "Payload": None}
    else:
        answer = await aws("lambda", "invoke_async", FunctionName="mine", InvokeArgs=b'{"say": "hello"}')
        assert answer["Status"] == 202
    await asyncio.to_thread(gate.write_text, "go")
    assert await asyncio.to_thread(done.read_text) == "hello"


async def test_others_are_served_while_a_function_runs(aws: Aws, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    await create(aws, f"def handler(event, context): return open({str(gate)!r}).read()", Timeout=30)
    running = asyncio.create_task(invoke(aws))
    assert (await aws("lambda", "get_alias", FunctionName="checkout", Name="live"))["FunctionVersion"] == "41"
    await asyncio.to_thread(gate.write_text, "go")
    assert (await running)["Payload"] == "go"


async def test_an_alias_routes_by_weight_and_the_metrics_count_it(aws: Aws) -> None:
    await create(aws, "def handler(event, context): return 1")
    await aws("lambda", "publish_version", FunctionName="mine")
    changed = package("def handler(event, context): raise OSError")
    await aws("lambda", "update_function_code", FunctionName="mine", ZipFile=changed)
    aws.clock.advance(3)
    await aws("lambda", "publish_version", FunctionName="mine")
    weights = {"AdditionalVersionWeights": {"2": 0.3}}
    await aws("lambda", "create_alias", FunctionName="mine", Name="live", FunctionVersion="1", RoutingConfig=weights)
    answers = [await invoke(aws, Qualifier="live") for _ in range(60)]
    second = sum(each["ExecutedVersion"] == "2" for each in answers)
    assert 6 < second < 33
    assert all(("FunctionError" in each) == (each["ExecutedVersion"] == "2") for each in answers)
    aws.clock.advance(300)
    assert await counted(aws, "Invocations", "mine:live") == 60
    assert await counted(aws, "Invocations", "mine:live", version="2") == second
    assert await counted(aws, "Errors", "mine:live", version="2") == second
    assert await counted(aws, "Errors", "mine:live", version="1") == 0
    assert await counted(aws, "Invocations", "mine") == 60
    assert await counted(aws, "Duration", "mine", stat="SampleCount") == 60


async def test_a_version_and_the_function_itself_are_counted_apart(aws: Aws) -> None:
    await create(aws, "def handler(event, context): ...", Publish=True)
    await invoke(aws, Qualifier="1")
    await invoke(aws)
    assert (await invoke(aws, name="mine:1"))["ExecutedVersion"] == "1"
    aws.clock.advance(300)
    assert await counted(aws, "Invocations", "mine:1") == 2
    assert await counted(aws, "Invocations", "mine") == 3


async def test_another_region_counts_its_own(aws: Aws) -> None:
    client = aws.client("lambda", "us-east-1")
    code = {"ZipFile": package()}
    role = "arn:aws:iam::123456789012:role/any"
    make = {"FunctionName": "mine", "Role": role, "Runtime": "python3.12", "Handler": "app.handler", "Code": code}
    await asyncio.to_thread(lambda: client.create_function(**make))
    aws.clock.advance(3)
    await asyncio.to_thread(lambda: client.invoke(FunctionName="mine"))
    aws.clock.advance(600)
    listed = await aws("cloudwatch", "list_metrics", region="us-east-1", MetricName="Invocations")
    assert {"Name": "FunctionName", "Value": "mine"} in [each for m in listed["Metrics"] for each in m["Dimensions"]]


async def test_what_the_scenario_holds_is_drawn_as_its_traffic_is(aws: Aws) -> None:
    answers = [await invoke(aws, name="checkout", Qualifier="live") for _ in range(5)]
    assert {each["ExecutedVersion"] for each in answers} == {"41"}
    await create(aws, "never read", name="node", Runtime="nodejs22.x")
    assert (await invoke(aws, name="node"))["StatusCode"] == 200


@pytest.mark.parametrize(
    ("parameters", "code", "status"),
    [
        ({"FunctionName": "nobody"}, "ResourceNotFoundException", 404),
        ({"FunctionName": "mine", "Qualifier": "nothing"}, "ResourceNotFoundException", 404),
        ({"FunctionName": "mine", "Payload": b"{"}, "InvalidRequestContentException", 400),
        ({"FunctionName": "mine", "Payload": b'"' + b"x" * (6 << 20) + b'"'}, "RequestTooLargeException", 413),
        (
            {"FunctionName": "mine", "Payload": b'"' + b"x" * (1 << 20) + b'"', "InvocationType": "Event"},
            "RequestTooLargeException",
            413,
        ),
        ({"FunctionName": "mine", "InvocationType": "Sometimes"}, "ValidationException", 400),
    ],
)
async def test_refusals(aws: Aws, parameters: dict[str, Any], code: str, status: int) -> None:
    await create(aws, "def handler(event, context): ...")
    refusal = await aws.refused("lambda", "invoke", **parameters)
    assert (refusal.code, refusal.status) == (code, status)


async def test_a_function_that_is_being_created_is_not_invoked(aws: Aws) -> None:
    await create(aws, "def handler(event, context): ...")
    await aws("lambda", "delete_function", FunctionName="mine")
    client = aws.client("lambda")
    role = "arn:aws:iam::123456789012:role/any"
    make = {"FunctionName": "mine", "Role": role, "Runtime": "python3.12", "Handler": "app.handler"}
    await asyncio.to_thread(lambda: client.create_function(**make, Code={"ZipFile": package()}))
    with pytest.raises(ClientError, match="currently in the following state: Pending"):
        await invoke(aws)


async def test_too_large_a_zip_is_refused(aws: Aws) -> None:
    large = zipped({"app.py": "", "rest": "x" * (50 << 20)})
    refusal = await aws.refused("lambda", "update_function_code", FunctionName="checkout", ZipFile=large)
    assert (refusal.code, refusal.status) == ("RequestEntityTooLargeException", 413)


async def test_a_zip_that_leaves_its_folder_is_refused(aws: Aws) -> None:
    refusal = await aws.refused(
        "lambda", "update_function_code", FunctionName="checkout", ZipFile=zipped({"../evil.py": ""})
    )
    assert refusal.code == "InvalidParameterValueException"
    assert refusal.message.startswith("Could not unzip uploaded file")


async def test_the_traffic_of_an_uploaded_version_is_run(aws: Aws) -> None:
    version = aws.sandbox.publish("checkout", package(ONE_IN_TEN), "app.handler")
    assert version == "43"
    await aws.weigh(0.2, version)
    aws.clock.advance(900)
    took = await aws.series("Invocations", minutes=15, version=version)
    failed = await aws.series("Errors", minutes=15, version=version)
    assert len(took) >= 10
    assert 0.02 < sum(failed.values()) / sum(took.values()) < 0.25
    base = await aws.series("Errors", minutes=15, version="41")
    total = await aws.series("Invocations", minutes=15, version="41")
    assert sum(base.values()) / sum(total.values()) < 0.01
    durations = await aws.series("Duration", "SampleCount", minutes=15, version=version)
    assert durations == took
    longest = await aws.series("Duration", "Maximum", minutes=15, version=version)
    assert max(longest.values()) <= 15_000


async def test_looking_again_shows_the_same(aws: Aws) -> None:
    version = aws.sandbox.publish("checkout", package(ONE_IN_TEN), "app.handler")
    await aws.weigh(0.2, version)
    aws.clock.advance(600)
    first = await aws.series("Errors", minutes=5, version=version)
    assert first
    assert await aws.series("Errors", minutes=5, version=version) == first


async def test_a_function_that_never_loads_fails_all_its_traffic(aws: Aws) -> None:
    version = aws.sandbox.publish("checkout", package("import nothing_of_that_name"), "app.handler")
    await aws.weigh(0.1, version)
    aws.clock.advance(600)
    took = await aws.series("Invocations", minutes=10, version=version)
    assert took
    assert await aws.series("Errors", minutes=10, version=version) == took


async def test_the_sandbox_publishes_only_what_lambda_takes(aws: Aws) -> None:
    with pytest.raises(ValueError, match="Could not unzip"):
        aws.sandbox.publish("checkout", b"no zip", "app.handler")
