"""One version of a function in a process of its own, without anything of the caller's environment."""

from __future__ import annotations

import json
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from multitool_tui.sandbox.handlers.package import unpack

_MB = 1024 * 1024
_INTERPRETER = 256 * _MB
"""Address space beside MemorySize: an interpreter maps far more than it uses."""
_INIT = 10.0
"""Seconds that an initialization may take (Lambda developer guide, "Lambda execution environment lifecycle")."""
_LARGEST_ANSWER = 6 * _MB
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")


@dataclass(frozen=True)
class Program:
    """What a worker runs: the package and the configuration of one version. `timeout` in seconds, `memory` in MB."""

    function: str
    version: str
    arn: str
    region: str
    package: bytes
    handler: str
    runtime: str
    timeout: int
    memory: int
    environment: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Invocation:
    """One invocation that was run. `payload` is JSON; `init_ms` is there when it was a cold start."""

    payload: str
    failed: bool
    ms: float
    log: str
    init_ms: float | None

    @property
    def server_error(self) -> bool:
        """Whether API Gateway would answer 5XX: the function failed, or says so itself by its statusCode."""
        if self.failed:
            return True
        answer = json.loads(self.payload)
        status = answer.get("statusCode") if isinstance(answer, dict) else None
        return isinstance(status, int) and status >= 500


class _Ended(Exception):
    """The process has ended by itself."""


class Worker:
    """Runs a program. The process starts at the first invocation, and again after a timeout or an exit."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._read = b""
        self._closed = False

    def invoke(self, event: Any, request_id: str) -> Invocation:
        """Run the handler once; one invocation at a time. Blocks for as long as the function's timeout at most, and
        ten seconds more at a cold start."""
        with self._lock:
            report = _Report(self.program, request_id)
            try:
                init_ms = self._start() if self._process is None else None
                deadline = time.time() + self.program.timeout
                self._send({"event": event, "deadline": deadline, "context": self._context(request_id)})
                answer = self._receive(self.program.timeout)
            except TimeoutError:
                self._kill()
                return report.timed_out()
            except (_Ended, OSError):
                return report.ended(self._kill(grace=1.0))
            return report.answered(answer, init_ms)

    def close(self) -> None:
        """End the process, also in the middle of an invocation, and remove its folder. For good."""
        self._closed = True
        if self._process is not None:
            self._signal(self._process)
        with self._lock:
            self._kill()
            if self._folder is not None:
                self._folder.cleanup()

    def _start(self) -> float:
        if self._closed:
            raise _Ended
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="multitool-function-", ignore_cleanup_errors=True)
            unpack(self.program.package, Path(self._folder.name, "task"))
            Path(self._folder.name, "tmp").mkdir()
        root = str(Path(self._folder.name, "task"))
        limit = self.program.memory * _MB + _INTERPRETER
        self._read = b""
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", "-S", "-B", "-u", str(_BOOTSTRAP), str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env=_environment(self.program, root, str(Path(self._folder.name, "tmp"))),
            start_new_session=True,
        )
        if self._closed:  # while it was being started
            raise _Ended
        self._send({"handler": self.program.handler, "root": root})
        return float(self._receive(_INIT)["ms"])

    def _context(self, request_id: str) -> dict[str, Any]:
        program = self.program
        return {
            "aws_request_id": request_id,
            "function_name": program.function,
            "function_version": program.version,
            "invoked_function_arn": program.arn,
            "memory_limit_in_mb": str(program.memory),
            "log_group_name": f"/aws/lambda/{program.function}",
            "log_stream_name": _log_stream(program),
        }

    def _send(self, request: dict[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise _Ended
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()

    def _receive(self, seconds: float) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdout is None:
            raise _Ended
        until = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            chunks = [self._read]
            while b"\n" not in chunks[-1]:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise TimeoutError
                chunk = os.read(process.stdout.fileno(), 65536)
                if not chunk:
                    raise _Ended
                chunks.append(chunk)
        line, _, self._read = b"".join(chunks).partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _kill(self, grace: float = 0.0) -> int:
        """End the process and whatever it has started; its exit status. A process that is ending has `grace`
        seconds for it."""
        process, self._process = self._process, None
        if process is None:
            return 1
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        self._signal(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return process.returncode

    @staticmethod
    def _signal(process: subprocess.Popen[bytes]) -> None:
        # The session is the worker's own: nobody else is in it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


@dataclass
class _Report:
    """Invocations with their log, as Lambda writes it."""

    program: Program
    request_id: str

    def answered(self, answer: dict[str, Any], init_ms: float | None) -> Invocation:
        payload, failed = answer["payload"], answer["failed"]
        if len(payload) > _LARGEST_ANSWER:
            failed, payload = True, json.dumps(_TOO_LARGE)
        log = self._log(answer["log"], answer["ms"], answer["memory_mb"], init_ms)
        return Invocation(payload, failed, answer["ms"], log, init_ms)

    def timed_out(self) -> Invocation:
        seconds = self.program.timeout
        message = f"Task timed out after {seconds:.2f} seconds"
        return self._lost("Sandbox.Timedout", message, seconds * 1000.0)

    def ended(self, status: int) -> Invocation:
        how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        how = "signal: killed" if status == -signal.SIGKILL else how
        return self._lost("Runtime.ExitError", f"Error: Runtime exited with error: {how}", 1.0)

    def _lost(self, kind: str, message: str, ms: float) -> Invocation:
        message = f"RequestId: {self.request_id} {message}"
        log = self._log(f"{message}\n", ms, self.program.memory, None)
        payload = json.dumps({"errorType": kind, "errorMessage": message})
        return Invocation(payload, failed=True, ms=ms, log=log, init_ms=None)

    def _log(self, text: str, ms: float, memory: int, init_ms: float | None) -> str:
        own = text if text.endswith("\n") or not text else f"{text}\n"
        cold = "" if init_ms is None else f"\tInit Duration: {init_ms:.2f} ms"
        return (
            f"START RequestId: {self.request_id} Version: {self.program.version}\n{own}"
            f"END RequestId: {self.request_id}\n"
            f"REPORT RequestId: {self.request_id}\tDuration: {ms:.2f} ms\tBilled Duration: {math.ceil(ms)} ms\t"
            f"Memory Size: {self.program.memory} MB\tMax Memory Used: {memory} MB{cold}\t\n"
        )


_TOO_LARGE = {
    "errorMessage": f"Response payload size exceeded maximum allowed payload size ({_LARGEST_ANSWER} bytes).",
    "errorType": "Function.ResponseSizeTooLarge",
}


def _log_stream(program: Program) -> str:
    return f"[{program.version}]sandbox"


def _environment(program: Program, root: str, scratch: str) -> dict[str, str]:
    """What Lambda sets (developer guide, "Defined runtime environment variables"), without credentials, and the
    function's own variables. Home and AWS files lead nowhere, so that no SDK finds the caller's."""
    return {
        **dict(program.environment),
        "_HANDLER": program.handler,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": program.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{program.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(program.memory),
        "AWS_LAMBDA_FUNCTION_NAME": program.function,
        "AWS_LAMBDA_FUNCTION_VERSION": program.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{program.function}",
        "AWS_LAMBDA_LOG_STREAM_NAME": _log_stream(program),
        "AWS_REGION": program.region,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HOME": scratch,
        "LAMBDA_TASK_ROOT": root,
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin/:/bin",
        "TMPDIR": scratch,
        "TZ": ":UTC",
    }
