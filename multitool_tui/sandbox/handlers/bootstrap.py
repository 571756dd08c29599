"""What a worker process runs: the handler, once for each line of JSON on standard input.

Started alone, as a script, with the standard library only. Argument: the limit of memory in bytes. The first line is
`{"handler", "root"}`; each further one `{"event", "deadline", "context"}`, the deadline in seconds since 1970. Each is
answered by a line: `{"payload", "failed", "ms", "log", "memory_mb"}`; the first by `{"ms"}` of the initialization.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

_LOG_TAIL = 4096


class Context:
    """The context object (Lambda developer guide, "Using the Lambda context object ... Python")."""

    identity = None
    client_context = None

    def __init__(self, members: dict[str, Any], deadline: float) -> None:
        vars(self).update(members)
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.time()) * 1000))


class Unusable(Exception):
    """The handler cannot be called: `kind` is the errorType, as the Python runtime names it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def load(name: str) -> Callable[[Any, Context], Any]:
    """The function that `module.function` names."""
    module_name, dot, function = name.rpartition(".")
    if not dot:
        raise Unusable(
            "Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except SyntaxError as error:
        raise Unusable("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}") from error
    except ImportError as error:
        raise Unusable("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    handler: Callable[[Any, Context], Any] | None = getattr(module, function, None)
    if handler is None:
        raise Unusable("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'")
    return handler


def failure(error: BaseException, root: str) -> dict[str, Any]:
    """An exception as the runtime reports it; the trace begins in the function's own code, below /var/task."""
    if isinstance(error, Unusable):
        return {"errorMessage": str(error), "errorType": error.kind, "stackTrace": []}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    trace = [line.replace(root, "/var/task") for line in traceback.format_list(frames)]
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": trace}


def called(handler: Callable[[Any, Context], Any], event: Any, context: Context) -> str:
    """The handler's result as JSON."""
    result = handler(event, context)
    try:
        return json.dumps(result)
    except (TypeError, ValueError) as error:
        raise Unusable("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def memory_mb() -> int:
    """The most memory that this process has had."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak // (1024 * 1024 if sys.platform == "darwin" else 1024))


def limit_memory(most: int) -> None:
    """Keep the process below `most` bytes, where the system can."""
    import resource

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def main() -> None:
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the function prints is its log, never an answer.
    log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, instead in ((0, nothing), (1, log.fileno()), (2, log.fileno())):
        os.dup2(instead, descriptor)
    limit_memory(int(sys.argv[1]))
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in requests:
            lines.put(line)
        os._exit(0)  # the sandbox is gone, whatever the handler is doing

    threading.Thread(target=read, daemon=True).start()

    def answer(**members: Any) -> None:
        answers.write(json.dumps(members).encode() + b"\n")
        answers.flush()

    first = json.loads(lines.get())
    root: str = first["root"]
    sys.path.insert(0, root)
    handler: Callable[[Any, Context], Any] | None = None
    broken: BaseException | None = None
    began = time.perf_counter()
    try:
        handler = load(first["handler"])
    except Exception as error:  # noqa: BLE001 - whatever the function's module raises is its own failure
        broken = error
    answer(ms=(time.perf_counter() - began) * 1000)
    while True:
        request = json.loads(lines.get())
        failed = True
        began = time.perf_counter()
        try:
            if handler is None:
                raise broken or RuntimeError
            context = Context(request["context"], request["deadline"])
            payload, failed = called(handler, request["event"], context), False
        except Exception as error:  # noqa: BLE001 - an exception is an answer too
            report = failure(error, root) | {"requestId": request["context"]["aws_request_id"]}
            payload = json.dumps(report)
            sys.stderr.write(f"[ERROR] {report['errorType']}: {report['errorMessage']}\n")
        spent = (time.perf_counter() - began) * 1000
        size = os.fstat(log.fileno()).st_size
        log.seek(max(0, size - _LOG_TAIL))
        tail = log.read().decode(errors="replace")
        log.seek(0)
        log.truncate()
        answer(payload=payload, failed=failed, ms=spent, log=tail, memory_mb=memory_mb())


if __name__ == "__main__":
    try:
        main()
    except SystemExit as exit_:
        # At once: an orderly end would wait for the thread that reads.
        os._exit(exit_.code if isinstance(exit_.code, int) else 1 if exit_.code else 0)
