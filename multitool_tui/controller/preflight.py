"""What is checked before a rollout makes its first change. Each obstacle is one sentence; nothing has been changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches

from multitool_tui.aws import functions
from multitool_tui.aws.errors import AccessDenied, AwsError
from multitool_tui.aws.metrics import Period, Request, baseline_p99, periods, try_pairs
from multitool_tui.aws.resources import Alias, Reading, Version
from multitool_tui.aws.session import AwsSession
from multitool_tui.controller.alias_checks import check_alike, check_free, find_alias, find_version
from multitool_tui.controller.commands import Start
from multitool_tui.controller.findings import Findings, Level
from multitool_tui.controller.package import handler_missing, read_package, size_of
from multitool_tui.controller.port import CommandRefused, Misused, NothingToDo
from multitool_tui.controller.stage_checks import find_stage
from multitool_tui.judgement.model import AlarmState
from multitool_tui.rollout.freeze import frozen
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.states import State
from multitool_tui.words import AliasName, StageName, function_in, parse_target

Alarms = Mapping[str, AlarmState]
LatestEnd = Callable[[str, str, str], Awaitable[Rollout | None]]
"""Of a function, a version and a CodeSha256: how the latest rollout of either ended, as far as it is on record here."""


class Preflight:
    """The checks of one start, and what they have found: `findings` first of all. `history`: of the baseline.

    Nothing is asked of AWS for what is wrong with a file. `found`, `baseline`, `canary` and `package` are there as far
    as the checks have come; `canary` is $LATEST where a package is to be published.
    """

    def __init__(
        self,
        session: AwsSession,
        start: Start,
        now: datetime,
        read_alarms: Callable[[], Awaitable[Alarms]],
        latest_end: LatestEnd,
    ) -> None:
        """`read_alarms`: those of the account, as they are now; it may raise `CommandRefused`."""
        self._session = session
        self.start = start
        self._read_alarms = read_alarms
        self.now = now
        self._latest_end = latest_end
        self.findings = Findings()
        self.alarms: Alarms = {}
        self.slow_limit: float | None = None
        self.history: list[Period] = []
        self.found: Reading | None = None
        self.baseline: Version | None = None
        self.canary: Version | None = None
        self.package: Package | None = None

    async def run(self) -> Findings:
        """Make the checks."""
        findings = self.findings
        if not await findings.check("package" if self.start.zip else "version", self._given()):
            return findings
        await findings.check("freeze", self._freeze())
        if await findings.check("target", self._target()):
            await findings.check("version" if self.package is None else "package", self._versions())
            await findings.check("history", self._history())
            await findings.check("metrics", self._metrics())
        await findings.check("alarms", self._watched())
        return findings

    @property
    def code(self) -> str:
        """The CodeSha256 of what is to be released."""
        if self.package:
            return self.package.sha256
        return self.canary.code if self.canary else ""

    # The checks

    async def _given(self) -> None:
        try:
            parse_target(self.start.target)
        except ValueError as error:
            raise Misused(f"{error}.") from None
        number = self.start.canary
        if self.start.zip is not None:
            self.package = await asyncio.to_thread(read_package, self.start.zip, function_in(self.start.target))
        elif not number.isdigit():
            raise Misused(f"{number!r} is not a published version: choose a number. $LATEST cannot share traffic.")

    async def _freeze(self) -> None:
        plan = self.start.plan
        if found := frozen(plan.freeze, self.now):
            freeze, until = found
            on = f"A freeze is on ({freeze.text}), until {until:%Y-%m-%d %H:%M} UTC"
            if not plan.despite_freeze:
                raise Misused(
                    f"{on}: nothing is started on {self.start.target} but by `multitool run` with "
                    '--despite-freeze "why".'
                )
            self.findings.add("freeze", f"{on}: started despite that, because: {plan.despite_freeze}", Level.WARNING)
        elif ahead := frozen(plan.freeze, self.now + plan.shortest):
            self.findings.add(
                "freeze",
                f"A freeze ({ahead[0].text}) begins before the plan can be through: the rollout goes on inside it.",
                Level.WARNING,
            )

    async def _target(self) -> None:
        with self._refusing():
            match parse_target(self.start.target):
                case AliasName() as name:
                    alias = await find_alias(self._session, name)
                    check_free(alias, self.now)
                    self.found, is_so = alias, "without weights"
                case StageName() as name:
                    self.found, is_so = await find_stage(self._session, self.start, name, self.now), "without a canary"
        found = self.found
        if self.package:
            self.package = replace(self.package, function=found.function)
        self.findings.add("target", f"{found.target} is on v{found.version}, {is_so}, and nobody drives it.")

    async def _versions(self) -> None:
        assert self.found is not None  # noqa: S101 - asked for only then; this tells the type checker
        found = self.found
        with self._refusing():
            baseline, canary = await asyncio.gather(
                functions.get_version(self._session.functions, found.function, found.version),
                functions.get_version(self._session.functions, found.function, functions.LATEST)
                if self.package
                else find_version(self._session, found, self.start.canary),
            )
            if self.package:
                self.package = await self._published_from(self.package, baseline, canary)
        self.baseline, self.canary = baseline, canary
        if isinstance(found, Alias):
            check_alike(baseline, canary)
            if self.package is None:
                what = f"v{canary.version} has the role and the dead-letter queue of v{found.version}."
                self.findings.add("version", what)
        elif self.package is None:
            self.findings.add("version", f"v{canary.version} of {found.function} is published.")

    async def _published_from(self, package: Package, baseline: Version, latest: Version) -> Package:
        """The package with what it takes the place of, if it can."""
        if latest.package_type != "Zip":
            raise Misused(f"{package.function} is a container image: no zip file can become its code.")
        if package.sha256 == baseline.code and latest.settings == baseline.settings:
            raise NothingToDo(
                f"{package.name} is what v{baseline.version} of {package.function} is already: "
                "there is nothing to release."
            )
        missing = await asyncio.to_thread(handler_missing, package, latest.runtime, latest.handler)
        if missing and not latest.layers:
            raise Misused(missing)
        codes = await functions.version_codes(self._session.functions, package.function)
        newest = next(reversed(codes), "0")
        if latest.code != package.sha256:
            becomes = f"will be published after v{newest}"
        elif codes.get(newest) == package.sha256:
            becomes = f"is $LATEST already, and v{newest} if nothing else was changed since"
        else:
            becomes = f"is $LATEST already, and will be published after v{newest}"
        alike = f"with the role and the dead-letter queue of v{baseline.version}"
        self.findings.add("package", f"{package.name} ({size_of(package)}) {becomes}, {alike}.")
        if missing:
            self.findings.add("package", f"{missing.removesuffix('.')}, if no layer has it.", Level.WARNING)
        return replace(package, replaces=latest.code, settings=latest.settings, newest=newest)

    async def _history(self) -> None:
        """What was rolled back is not released again unless that is said."""
        if self.canary is None or self.found is None:
            return
        number = "" if self.package else self.canary.version
        ended = await self._latest_end(self.found.function, number, self.code)
        if ended is None or ended.state is not State.ROLLED_BACK or ended.ended_at is None:
            return
        same = ended.canary_name if ended.canary == number else f"The code of {self._name}, as {ended.canary_name},"
        said = f"{same} was rolled back on {ended.target} ({ended.ended_at:%Y-%m-%d %H:%M} UTC): {ended.reason}"
        if ended.is_harmful and not self.start.again:
            raise CommandRefused(f"{said} To release it again, say so (--again).")
        self.findings.add("history", said, Level.WARNING)

    @property
    def _name(self) -> str:
        return self.package.name if self.package else f"v{self.start.canary}"

    async def _metrics(self) -> None:
        """What the baseline did so far. A rollout that cannot be judged is not begun."""
        assert self.found is not None  # noqa: S101 - asked for only then; this tells the type checker
        found, analysis = self.found, self.start.plan.analysis
        if analysis.latency:
            self.slow_limit = await slow_limit(self._session, found, self.now)
        canary, begin = self.start.canary or None, self.now - analysis.history
        request = Request(
            found.source,
            found.version,
            canary,
            begin,
            self.now,
            analysis.period,
            self.slow_limit,
            analysis.client_errors,
            pairs=analysis.metrics,
        )
        try:
            await try_pairs(self._session.cloudwatch, request)
            self.history = await periods(self._session.cloudwatch, request)
        except AwsError as error:
            raise CommandRefused(f"The metrics of {self.start.target} cannot be read: {error}") from error
        for pair in analysis.metrics:
            if not any(period.baseline and period.baseline.tally(pair.name) for period in self.history):
                self.findings.add(
                    "metrics",
                    f"{pair.name} has counted nothing of the baseline: until it does, the canary gets no more.",
                    Level.WARNING,
                )

    async def _watched(self) -> None:
        plan = self.start.plan
        if not plan.alarms:
            return
        self.alarms = alarms = await self._read_alarms()
        for name in plan.alarms:
            if name not in alarms:
                near = get_close_matches(name, alarms, 1)
                hint = f"; did you mean {near[0]}?" if near else "."
                raise Misused(f"There is no alarm called {name}{hint}")
            if alarms[name] is AlarmState.ALARM and name not in plan.accepted_alarms:
                raise CommandRefused(f"Alarm {name} is firing already: accept it, or leave it out, to start over it.")
        for name in plan.alarms:
            if alarms[name] is AlarmState.ALARM:
                self.findings.add("alarms", f"{name} is firing, which was accepted: it will not count.", Level.WARNING)
            elif alarms[name] is AlarmState.INSUFFICIENT_DATA:
                self.findings.add("alarms", f"{name} has no data now.", Level.WARNING)
        self.findings.add("alarms", f"Watched: {', '.join(plan.alarms)}.")

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Say what AWS has not let be read."""
        try:
            yield
        except AccessDenied as error:
            raise CommandRefused(f"{self.start.target} cannot be checked. {error}") from error
        except AwsError as error:
            raise CommandRefused(f"{self.start.target} cannot be read: {error}") from error


async def slow_limit(session: AwsSession, found: Reading, before: datetime) -> float | None:
    """The baseline's p99 in milliseconds; a rollout does without where there is none."""
    try:
        return await baseline_p99(session.cloudwatch, found.source, before)
    except AwsError:
        return None
