"""The alarms: those that are watched at every turn, all of them as often as their number allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from multitool_tui.aws import alarms as aws_alarms
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.resources import Alarm
from multitool_tui.clock import Clock
from multitool_tui.controller.bands import Bands
from multitool_tui.controller.driver import Driver
from multitool_tui.controller.pace import ALL_ALARMS
from multitool_tui.controller.port import CommandRefused
from multitool_tui.judgement.model import AlarmState


class AlarmWatch:
    """Shows each of `drivers`, by their rollouts' ids, the alarms as they are, and the bands of its target."""

    def __init__(self, cloudwatch: Any, clock: Clock, drivers: Mapping[str, Driver], bands: Bands) -> None:
        self._cloudwatch, self._clock = cloudwatch, clock
        self._drivers, self._bands = drivers, bands
        self.alarms: tuple[Alarm, ...] = ()
        """All that are known, by name."""
        self._read_at: datetime | None = None

    async def poll(self) -> bool:
        """Read what is due.

        Raises:
            AwsError: it could not be read.
        """
        live = [driver for driver in self._drivers.values() if not driver.rollout.ended]
        watched = {name for driver in live for name in driver.rollout.plan.alarms}
        now = self._clock.now()
        if self._all_are_due(now):
            self.alarms = await aws_alarms.alarms(self._cloudwatch)
            self._read_at = now
        elif watched:
            read = await aws_alarms.alarms_named(self._cloudwatch, watched)
            others = (alarm for alarm in self.alarms if alarm.name not in watched)
            self.alarms = tuple(sorted((*others, *read), key=lambda alarm: alarm.name))
        else:
            return False
        states = self._states
        for driver in live:
            driver.see_alarms(states | self._bands.of(driver.rollout.target))
        return True

    async def now(self) -> Mapping[str, AlarmState]:
        """All alarms as they are at this moment: what is firing at the start must not be an old impression.

        Raises:
            CommandRefused: they cannot be read.
        """
        self._read_at = None
        try:
            await self.poll()
        except AwsError as error:
            raise CommandRefused(f"The alarms cannot be read: {error}") from error
        return self._states

    @property
    def _states(self) -> dict[str, AlarmState]:
        return {alarm.name: alarm.state for alarm in self.alarms}

    def _all_are_due(self, now: datetime) -> bool:
        """Whether to read every alarm there is, and not only those that are watched."""
        if self._read_at is None:
            return True
        fits = len(self.alarms) <= aws_alarms.PAGE
        return fits or (now - self._read_at).total_seconds() >= ALL_ALARMS
