"""What a handler finds in its process, and what it may do there."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from multitool_tui.sandbox.handlers.worker import Invocation, Program, Worker
from tests.sandbox.handlers.support import Lifeline, program, zipped

Open = Callable[[Program], Worker]


@pytest.fixture
def open_worker() -> Iterator[Open]:
    """Workers that end with the test."""
    opened: list[Worker] = []

    def open_worker(what: Program) -> Worker:
        opened.append(Worker(what))
        return opened[-1]

    yield open_worker
    for worker in opened:
        worker.close()


def payload(ran: Invocation) -> Any:
    return json.loads(ran.payload)


def test_the_handler_gets_event_and_context(open_worker: Open) -> None:
    text = """
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    names = ("aws_request_id", "function_name", "function_version", "invoked_function_arn", "memory_limit_in_mb")
    return {"event": event, "left": left, **{name: getattr(context, name) for name in names}}
"""
    result = payload(open_worker(program(text)).invoke({"a": [1, "é"]}, "id-1"))
    assert 3000 < result.pop("left") <= 5000
    assert result == {
        "event": {"a": [1, "é"]},
        "aws_request_id": "id-1",
        "function_name": "mine",
        "function_version": "3",
        "invoked_function_arn": "arn:aws:lambda:eu-west-1:123456789012:function:mine:3",
        "memory_limit_in_mb": "128",
    }


def test_nothing_of_the_callers_environment_is_there(open_worker: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CANARY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.setenv(name, "caught")
    monkeypatch.setenv("PYTHONPATH", "/caught")
    text = """
import os, sys
def handler(event, context):
    return {"env": dict(os.environ), "path": sys.path, "home": os.path.expanduser("~"), "cwd": os.getcwd()}
"""
    result = payload(open_worker(program(text, environment=(("MINE", "yes"),))).invoke({}, "id"))
    assert "caught" not in json.dumps(result)
    env = result["env"]
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"}.isdisjoint(env)
    assert env["AWS_SHARED_CREDENTIALS_FILE"] == env["AWS_CONFIG_FILE"] == os.devnull
    assert (env["MINE"], env["AWS_REGION"], env["AWS_LAMBDA_FUNCTION_NAME"]) == ("yes", "eu-west-1", "mine")
    assert result["home"] != str(Path.home())
    assert os.path.realpath(result["cwd"]) == os.path.realpath(env["LAMBDA_TASK_ROOT"])
    assert not any("site-packages" in entry for entry in result["path"])


def test_no_open_file_of_the_callers_is_there(open_worker: Open, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("caught")
    text = """
import os
def handler(event, context):
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return [os.path.realpath(f"{folder}/{each}") for each in os.listdir(folder)]
"""
    with secret.open():
        assert str(secret) not in payload(open_worker(program(text)).invoke({}, "id"))


def test_state_lives_as_long_as_the_process_and_only_the_first_is_cold(open_worker: Open) -> None:
    worker = open_worker(program("n = 0\ndef handler(event, context):\n    global n; n += 1; return n"))
    ran = [worker.invoke({}, "id") for _ in range(3)]
    assert [each.payload for each in ran] == ["1", "2", "3"]
    assert [each.init_ms is not None for each in ran] == [True, False, False]
    assert "Init Duration" in ran[0].log
    assert "Init Duration" not in ran[1].log


def test_an_exception_is_reported_as_lambda_does(open_worker: Open) -> None:
    ran = open_worker(program("def handler(event, context):\n    raise KeyError('card')")).invoke({}, "id-7")
    assert ran.failed
    assert payload(ran) == {
        "errorMessage": "'card'",
        "errorType": "KeyError",
        "requestId": "id-7",
        "stackTrace": ["  File \"/var/task/app.py\", line 2, in handler\n    raise KeyError('card')\n"],
    }
    assert "[ERROR] KeyError: 'card'" in ran.log


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"handler": "other.handler"}, "Runtime.ImportModuleError", "Unable to import module 'other'"),
        ({"handler": "app.other"}, "Runtime.HandlerNotFound", "Handler 'other' missing on module 'app'"),
        ({"handler": "app"}, "Runtime.MalformedHandlerName", "Bad handler 'app'"),
        ({"package": zipped({"app.py": "def"})}, "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        (
            {"package": zipped({"app.py": "def handler(e, c): return object()"})},
            "Runtime.MarshalError",
            "Unable to marshal response",
        ),
        ({"package": zipped({"app.py": "1 / 0"})}, "ZeroDivisionError", "division by zero"),
    ],
)
def test_a_handler_that_cannot_be_called(open_worker: Open, changes: dict[str, Any], kind: str, message: str) -> None:
    worker = open_worker(program("def handler(event, context): ...", **changes))
    for _ in range(2):
        ran = worker.invoke({}, "id")
        assert ran.failed
        assert payload(ran)["errorType"] == kind
        assert payload(ran)["errorMessage"].startswith(message)


def test_a_handler_in_a_folder(open_worker: Open) -> None:
    package = zipped({"shop/pay.py": "from shop.card import n\ndef go(e, c): return n", "shop/card.py": "n = 5"})
    for name in ("shop/pay.go", "shop.pay.go"):
        assert open_worker(program("", package=package, handler=name)).invoke({}, "id").payload == "5"


def test_a_timeout_kills_the_worker_and_all_that_it_started(open_worker: Open, tmp_path: Path) -> None:
    lifeline = Lifeline(tmp_path / "lifeline")
    text = f"""
import os, subprocess, time
def handler(event, context):
    if event == "quick":
        return os.getpid()
    held = open({str(tmp_path / "lifeline")!r}, "w")
    print(os.getpid(), end="", file=held, flush=True)
    subprocess.Popen(["sleep", "600"], pass_fds=[held.fileno()])
    time.sleep(600)
"""
    worker = open_worker(program(text, timeout=1))
    ran = worker.invoke({}, "id-9")
    assert payload(ran) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": "RequestId: id-9 Task timed out after 1.00 seconds",
    }
    assert ran.failed
    assert ran.ms == 1000.0
    killed = lifeline.last_words()
    again = worker.invoke("quick", "id")
    assert again.init_ms is not None
    assert again.payload != killed


@pytest.mark.parametrize(
    ("call", "how"),
    [("import sys; sys.exit(3)", "exit status 3"), ("import os; os.kill(os.getpid(), 9)", "signal: killed")],
)
def test_a_worker_that_ends_by_itself_is_an_exit_error(open_worker: Open, call: str, how: str) -> None:
    ran = open_worker(program(f"def handler(event, context):\n    {call}")).invoke({}, "id")
    assert payload(ran)["errorType"] == "Runtime.ExitError"
    assert payload(ran)["errorMessage"] == f"RequestId: id Error: Runtime exited with error: {how}"


def test_memory_is_bounded(open_worker: Open) -> None:
    worker = open_worker(program("def handler(event, context): return len(bytearray(event))"))
    assert worker.invoke(1 << 20, "id").payload == str(1 << 20)
    assert payload(worker.invoke(1 << 30, "id"))["errorType"] == "MemoryError"


def test_what_is_printed_is_the_log_and_never_the_answer(open_worker: Open) -> None:
    text = """
import os, sys
def handler(event, context):
    print('{"payload": "forged"}')
    os.write(1, b"raw\\n")
    sys.stderr.write("to stderr\\n")
    return sys.stdin.read()
"""
    ran = open_worker(program(text)).invoke({}, "id-2")
    assert ran.payload == '""'
    first, *middle, end, report = ran.log.splitlines()
    assert first == "START RequestId: id-2 Version: 3"
    assert middle == ['{"payload": "forged"}', "raw", "to stderr"]
    assert end == "END RequestId: id-2"
    assert report.startswith("REPORT RequestId: id-2\tDuration: ")


def test_too_large_an_answer_is_an_error(open_worker: Open) -> None:
    ran = open_worker(program("def handler(event, context): return 'x' * 7_000_000")).invoke({}, "id")
    assert payload(ran)["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(
    ("body", "server_error"),
    [
        ("return {'statusCode': 503}", True),
        ("return {'statusCode': 500, 'body': ''}", True),
        ("raise OSError", True),
        ("return {'statusCode': 404}", False),
        ("return {'statusCode': '500'}", False),
        ("return [500]", False),
        ("pass", False),
    ],
)
def test_what_api_gateway_would_make_of_it(open_worker: Open, body: str, server_error: bool) -> None:
    ran = open_worker(program(f"def handler(event, context):\n    {body}")).invoke({}, "id")
    assert ran.server_error is server_error


def test_closing_ends_a_handler_in_the_middle_and_leaves_no_folder(open_worker: Open, tmp_path: Path) -> None:
    lifeline, started = Lifeline(tmp_path / "lifeline"), tmp_path / "started"
    os.mkfifo(started)
    text = f"""
import os, time
def handler(event, context):
    held = open({str(tmp_path / "lifeline")!r}, "w")
    with open({str(started)!r}, "w") as file:
        file.write(os.getcwd())
    time.sleep(600)
"""
    worker = open_worker(program(text, timeout=300))
    running = threading.Thread(target=worker.invoke, args=({}, "id"))
    running.start()
    folder = started.read_text()
    worker.close()
    running.join()
    assert lifeline.last_words() == ""
    assert not Path(folder).exists()
    assert worker.invoke({}, "id").failed
