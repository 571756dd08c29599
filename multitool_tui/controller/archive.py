"""What is past: the rollouts in the journal, and what would have been decided of minutes that CloudWatch still has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from multitool_tui.aws import functions
from multitool_tui.aws.errors import AwsError
from multitool_tui.aws.resources import Reading
from multitool_tui.aws.session import AwsSession
from multitool_tui.clock import Clock
from multitool_tui.controller.film import Film, recorded, rehearsed
from multitool_tui.controller.launcher import place_of
from multitool_tui.controller.observe.page import Field, Form
from multitool_tui.controller.past import Wanted, past_minutes, stretch, versions
from multitool_tui.controller.port import CommandRefused, Misused
from multitool_tui.journal.codec import Unreadable
from multitool_tui.journal.store import Journal, JournalError, Record
from multitool_tui.journal.summaries import Summary, summaries
from multitool_tui.rollout.model import Rollout, rollout_id
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES, parse_plan

T = TypeVar("T")

_AS_IT_WAS = "as it was"
"""The plan that the recorded rollout went by."""
_HOURS = "3h", "0s"
"""The stretch where nothing is on record: from so long ago until so long ago."""
_MINUTE = timedelta(minutes=1)


class Archive:
    """Reads what is past. `plans`: the manifest's, name -> (target, plan).

    The journal is read in threads, on connections of their own: who writes it never waits for who reads it.
    """

    def __init__(self, session: AwsSession, clock: Clock, folder: Path, plans: Mapping[str, tuple[str, Plan]]) -> None:
        self._session, self._clock, self._folder, self._plans = session, clock, folder, plans

    async def page(self, before: int | None = None) -> tuple[Summary, ...]:
        """A page of the rollouts on record, newest first: from the latest on, or from the one with the key `before`.

        Raises:
            CommandRefused: the journal cannot be read.
        """
        return await self._read(lambda journal: summaries(journal, before))

    async def film(self, key: int) -> Film:
        """A rollout of a page, at every moment that is on record.

        Raises:
            CommandRefused: the journal, or what it has of this rollout, cannot be read.
        """

        def read(journal: Journal) -> Film:
            record = journal.record(key)
            if record is None:
                raise CommandRefused("That rollout is not on record any more.")
            try:
                return recorded(record, journal.entries(key))
            except Unreadable as error:
                raise CommandRefused(
                    f"The record of {record.rollout.id} is damaged ({error}): it cannot be shown."
                ) from None

        return await self._read(read)

    async def ask(self, target: str) -> Form:
        """What a replay of a target needs to know, filled in as it was with the latest rollout on record.

        Raises:
            CommandRefused: nothing can be said of the target.
        """
        try:
            place = place_of(await self._session.caller())
            record = await self._read(lambda journal: journal.latest(place, target))
            found = None if record else await self._session.read(target)
            baseline, canary = await self._guess(record, found)
        except (AwsError, ValueError) as error:
            raise CommandRefused(f"{str(error).rstrip('.')}.") from error
        names = [name for name, (of, _) in self._plans.items() if of == target]
        choices = (*([_AS_IT_WAS] if record else ()), *names, *STRATEGIES)
        start, end = _around(record) if record else _HOURS
        return Form(
            "What would have been decided?",
            "CloudWatch is asked for these minutes, and they are judged again, one by one. Nothing is changed.",
            "Replay",
            (("Target", target),),
            (
                Field("from", "From", start, "UTC, or like 3h ago"),
                Field("to", "To", end, "0s is now"),
                Field("baseline", "Baseline", baseline, "the version before"),
                Field("canary", "Canary", canary, "the new version"),
                Field("plan", "Plan", choices[0] if record or names else ADAPTIVE, "or like 5%/5m 50%/9m", choices),
            ),
        )

    async def replay(self, target: str, values: Mapping[str, str]) -> Film:
        """What would have been decided of past minutes, as the fields of `ask` have them.

        Raises:
            CommandRefused: `Misused` where a field is at fault; or CloudWatch cannot be read, or knows nothing of it.
        """
        given = {name: value.strip() for name, value in values.items()}
        now = self._clock.now()
        try:
            start, end = stretch(given["from"], given["to"], now)
            canary, baseline = (given[name].removeprefix("v") or None for name in ("canary", "baseline"))
            wanted = Wanted(target, start, end, canary, baseline)
            caller = await self._session.caller()
            plan = await self._plan(given["plan"], place_of(caller), target)
            baseline, canary = await versions(self._session, wanted)
            minutes = await past_minutes(
                self._session, self._clock, replace(wanted, baseline=baseline, canary=canary), plan.analysis
            )
            rollout = Rollout(rollout_id(target, start), target, baseline, canary, plan)
            return await asyncio.to_thread(rehearsed, minutes, plan, rollout, caller)
        except ValueError as error:
            raise Misused(f"{str(error).rstrip('.')}.") from None
        except AwsError as error:
            raise CommandRefused(str(error)) from error

    async def _plan(self, name: str, place: str, target: str) -> Plan:
        if name == _AS_IT_WAS and (record := await self._read(lambda journal: journal.latest(place, target))):
            return record.rollout.plan
        return self._plans[name][1] if name in self._plans else parse_plan(name)

    async def _guess(self, record: Record | None, found: Reading | None) -> tuple[str, str]:
        """The versions: those of the record; or the target's weights; or what serves, and the version before it."""
        if record:
            return record.rollout.baseline, record.rollout.canary
        assert found is not None  # noqa: S101 - one of the two is there; this tells the type checker
        if canary := next(iter(found.weights), ""):
            return found.version, canary
        try:
            known = await functions.versions(self._session.functions, found.function)
        except AwsError:
            known = ()
        earlier = known[: known.index(found.version)] if found.version in known else ()
        return (earlier[-1] if earlier else ""), found.version

    async def _read(self, work: Callable[[Journal], T]) -> T:
        def read() -> T:
            journal = Journal.open(self._folder)
            try:
                return work(journal)
            finally:
                journal.close()

        try:
            return await asyncio.to_thread(read)
        except JournalError as error:
            raise CommandRefused(str(error)) from error


def _around(record: Record) -> tuple[str, str]:
    """The stretch of a rollout, in whole minutes."""
    end = record.rollout.ended_at
    return _write(record.began_at), _write(end + _MINUTE) if end else _HOURS[1]


def _write(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
