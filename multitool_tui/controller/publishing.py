"""Carries out what comes before a rollout's first change of its target: its package becomes a version."""

from __future__ import annotations

import logging
from collections.abc import Callable

from multitool_tui.aws.errors import AwsError, CredentialsError, Drift, Throttled, Unanswered
from multitool_tui.aws.function_code import FunctionCode
from multitool_tui.clock import Clock
from multitool_tui.rollout.effects import Publication, Upload
from multitool_tui.rollout.events import Event, Obstacle, Published, Unchanged, Unpublished, Uploaded
from multitool_tui.rollout.package import Package

_log = logging.getLogger(__name__)


class Publisher:
    """`changed` is told when `progress`, the share (0-1) of the package that is sent, has moved on by a percent."""

    def __init__(self, code: FunctionCode, clock: Clock, changed: Callable[[], None]) -> None:
        self._code = code
        self._clock = clock
        self._changed = changed
        self.progress: float | None = None

    async def make(self, change: Publication, package: Package, baseline: str) -> Event:
        """Make the change, if it is not made already, and say how it ended."""
        try:
            if isinstance(change, Upload):
                await self._code.upload(package, self._sent)
                return Uploaded(at=self._clock.now())
            version = await self._code.publish(package)
        except AwsError as error:
            return Unpublished(at=self._clock.now(), obstacle=_obstacle(error), why=str(error))
        except Exception as error:  # noqa: BLE001 - a bug must not end a rollout unseen
            _log.exception("publishing failed")
            why = f"A bug of ours ({type(error).__name__}); the log file has the details."
            return Unpublished(at=self._clock.now(), obstacle=Obstacle.REFUSED, why=why)
        finally:
            self.progress = None
        if version == baseline:
            return Unchanged(at=self._clock.now())
        return Published(at=self._clock.now(), version=version)

    def _sent(self, share: float) -> None:
        if self.progress is None or int(share * 100) > int(self.progress * 100):
            self.progress = share
            self._changed()


def _obstacle(error: AwsError) -> Obstacle:
    match error:
        case CredentialsError():
            return Obstacle.CREDENTIALS
        case Drift():
            return Obstacle.DRIFT
        case Throttled() | Unanswered():
            return Obstacle.UNREACHABLE
        case _:
            return Obstacle.REFUSED
