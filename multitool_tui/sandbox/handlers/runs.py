"""The traffic of a version that is really run: as many requests as the machine affords, the rest drawn from those."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from dataclasses import dataclass
from random import Random

from multitool_tui.sandbox.handlers.worker import Worker

_REMEMBERED = 2000
_ENOUGH = 50  # outcomes that the first minute waits for
_PATIENCE = 1.0  # seconds that it waits for them, once there is one

EVENT = {
    "resource": "/",
    "path": "/",
    "httpMethod": "GET",
    "headers": {"Host": "sandbox"},
    "queryStringParameters": None,
    "pathParameters": None,
    "stageVariables": None,
    "requestContext": {"resourcePath": "/", "httpMethod": "GET", "path": "/", "stage": "sandbox"},
    "body": None,
    "isBase64Encoded": False,
}
"""What the traffic asks: a request as API Gateway hands it to a function (proxy integration, payload 1.0)."""


@dataclass(frozen=True)
class Outcome:
    """How one invocation ended. `server_error`: what API Gateway would answer with a 5XX."""

    failed: bool
    server_error: bool
    ms: float


class Runs:
    """A thread that keeps a worker busy half of the time at most, for as many requests as the traffic last had."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._changed = threading.Condition()
        self._fresh: deque[Outcome] = deque()
        self._seen: deque[Outcome] = deque(maxlen=_REMEMBERED)
        self._wanted = 0
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, requests: int, random: Random) -> list[Outcome]:
        """The outcomes of so many requests. Waits only when nothing has been run yet: for the first, and a second at
        most for a fair number."""
        if requests <= 0:
            return []
        with self._changed:
            self._wanted = requests
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="handler", daemon=True)
                self._thread.start()
            self._changed.notify_all()
            if not self._seen:
                self._changed.wait_for(lambda: self._seen or self._stopped.is_set())
                self._changed.wait_for(
                    lambda: len(self._seen) >= min(requests, _ENOUGH) or self._stopped.is_set(), _PATIENCE
                )
            run = [self._fresh.popleft() for _ in range(min(requests, len(self._fresh)))]
            self._changed.notify_all()
            if not self._seen:  # stopped before anything ran
                return []
            return run + random.choices(list(self._seen), k=requests - len(run))

    def stop(self) -> None:
        """Run no more: what is cut off from now on says nothing of the function."""
        self._stopped.set()
        with self._changed:
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the thread's end; only after `stop` and the worker's own."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._changed:
                self._changed.wait_for(lambda: len(self._fresh) < self._wanted or self._stopped.is_set())
            if self._stopped.is_set():
                return
            invocation = self._worker.invoke(EVENT, str(uuid.uuid4()))
            if self._stopped.is_set():
                return  # it was cut off, which says nothing of the function
            outcome = Outcome(invocation.failed, invocation.server_error, invocation.ms)
            with self._changed:
                self._fresh.append(outcome)
                self._seen.append(outcome)
                self._changed.notify_all()
            # The machine is also the user's, and Invoke wants its turn at the worker.
            self._stopped.wait(min(1.0, invocation.ms / 1000))
