"""The workers of one region: one for each version that has been invoked or has had traffic."""

from __future__ import annotations

import atexit

from multitool_tui.sandbox.handlers.runs import Runs
from multitool_tui.sandbox.handlers.worker import Program, Worker


class Pool:
    """Workers by program: a changed $LATEST is another program. They end with the sandbox, or with the process."""

    def __init__(self) -> None:
        self._workers: dict[Program, Worker] = {}
        self._runs: dict[Program, Runs] = {}

    def worker(self, program: Program) -> Worker:
        """The worker of a program; its process starts when it is first invoked."""
        if not self._workers:
            atexit.register(self.close)
        return self._workers.setdefault(program, Worker(program))

    def runs(self, program: Program) -> Runs:
        """The traffic that runs a program."""
        return self._runs.setdefault(program, Runs(self.worker(program)))

    def close(self) -> None:
        """End every worker and wait until it is gone."""
        atexit.unregister(self.close)
        for runs in self._runs.values():
            runs.stop()
        for worker in self._workers.values():
            worker.close()
        for runs in self._runs.values():
            runs.join()
        self._workers.clear()
        self._runs.clear()
