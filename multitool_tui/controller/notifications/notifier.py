"""Sends notices beside the rollouts: a queue and a task for each sink, so that none waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from multitool_tui.controller.notifications.notice import Moments, Notice
from multitool_tui.controller.notifications.sinks import Sink
from multitool_tui.controller.posting import NotSent
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt

_WAITING = 100  # notices; a sink that is so far behind misses the oldest
_FAREWELL = 4.0  # seconds of real time that the end of the process waits for what is still to be sent


class Notifier:
    """A companion of the supervisor's. `failed` is told of each failure, in two parts: who, and a sentence."""

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._queues = [(sink, asyncio.Queue[Notice]()) for sink in sinks]
        self._moments = Moments()
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, failed: Callable[[str, str], None]) -> None:
        """Begin to send."""
        self._tasks = [
            asyncio.create_task(self._serve(sink, queue, failed), name=f"notify {sink.name}")
            for sink, queue in self._queues
        ]

    def decided(self, rollout: Rollout, receipt: Receipt, place: str) -> None:
        """A decision was made. Returns at once."""
        moment = self._moments.of(rollout, receipt)
        if moment is None:
            return
        notice = Notice(moment, rollout, receipt, place)
        for sink, queue in self._queues:
            if moment in sink.moments:
                if queue.qsize() >= _WAITING:
                    queue.get_nowait()
                    queue.task_done()
                queue.put_nowait(notice)

    async def close(self) -> None:
        """Wait a little for what is still to be sent, and end."""
        sent = [asyncio.ensure_future(queue.join()) for _, queue in self._queues]
        if self._tasks and sent:
            await asyncio.wait(sent, timeout=_FAREWELL)
        for task in [*sent, *self._tasks]:
            task.cancel()
        await asyncio.gather(*sent, *self._tasks, return_exceptions=True)

    @staticmethod
    async def _serve(sink: Sink, queue: asyncio.Queue[Notice], failed: Callable[[str, str], None]) -> None:
        while True:
            notice = await queue.get()
            try:
                await sink.send(notice)
            except NotSent as why:
                failed("not notified", f"{sink.name} was not told that {notice.title}: {why}.")
            except Exception as error:  # noqa: BLE001 - a sink must not end the others, or a rollout
                failed("not notified", f"{sink.name} was not told that {notice.title}: a bug ({type(error).__name__}).")
            finally:
                queue.task_done()
