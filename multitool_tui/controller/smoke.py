"""Smoke tests: the new version is asked what the plan says, before any user's request goes to it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Sequence

import jmespath
from jmespath.exceptions import JMESPathError

from multitool_tui.aws.errors import AwsError, CredentialsError, Refused, Throttled
from multitool_tui.aws.invoke import Invoker, Reply
from multitool_tui.clock import Clock
from multitool_tui.rollout.events import Blocked, Event, Obstacle, SmokeTested
from multitool_tui.rollout.smoke import How, SmokeTest
from multitool_tui.words import duration

_log = logging.getLogger(__name__)
_AT_ONCE = 20  # requests under way; what a version can take is not what is tested here
_TRIES, _PAUSE = 4, 1.0  # of a request that was throttled, and the seconds before the first repetition
_ERROR_FROM = 400
_LONGEST = 160  # characters of what was answered that are quoted


class Tester:
    """Runs a plan's smoke tests on a version of `function`."""

    def __init__(self, invoker: Invoker, clock: Clock, function: str) -> None:
        self._invoker = invoker
        self._clock = clock
        self._function = function

    async def run(self, version: str, tests: Sequence[SmokeTest]) -> Event:
        """Run them all at once, and say how they ended. The first that fails ends the others."""
        places = asyncio.Semaphore(_AT_ONCE)
        asked = [asyncio.create_task(self._ask(version, test, places)) for test in tests for _ in range(test.times)]
        failed: str | None = None
        try:
            for done in asyncio.as_completed(asked):
                failed = await done
                if failed:
                    break
        except CredentialsError as error:
            return Blocked(at=self._clock.now(), obstacle=Obstacle.CREDENTIALS, why=str(error))
        except Exception as error:  # noqa: BLE001 - a bug must not end a rollout unseen
            _log.exception("the smoke tests failed")
            failed = f"The smoke tests met a bug of ours ({type(error).__name__}); the log file has the details."
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        if failed:
            return SmokeTested(at=self._clock.now(), passed=False, why=failed)
        tests_passed = f"{len(tests)} smoke test{'' if len(tests) == 1 else 's'} passed"
        return SmokeTested(at=self._clock.now(), passed=True, why=f"{tests_passed}: {len(asked)} requests.")

    async def _ask(self, version: str, test: SmokeTest, places: asyncio.Semaphore) -> str | None:
        """Ask once. None, or what is wrong with the answer.

        Raises:
            CredentialsError: nothing can be asked.
        """
        async with places:
            try:
                async with asyncio.timeout(test.timeout.total_seconds()):
                    wrong = complaint(test, await self._patiently(version, test))
            except TimeoutError:
                wrong = f"no answer within {duration(test.timeout)}"
            except CredentialsError:
                raise
            except AwsError as error:
                wrong = str(error).removesuffix(".")
        return wrong and f"Smoke test {test.name!r} of v{version} failed: {wrong}."

    async def _patiently(self, version: str, test: SmokeTest) -> Reply:
        """A throttled request is none that the function has seen."""
        for attempt in range(1, _TRIES):
            try:
                return await self._send(version, test)
            except Throttled:
                await asyncio.sleep(_PAUSE * attempt)
        return await self._send(version, test)

    async def _send(self, version: str, test: SmokeTest) -> Reply:
        function, payload = self._function, test.payload.encode()
        match test.how:
            case How.INVOKE:
                return await self._invoker.invoke(function, version, payload)
            case How.EVENT | How.ASYNC:
                return await self._invoker.send(function, version, payload, by_invoke_async=test.how is How.ASYNC)
            case How.URL:
                return await self._invoker.ask(
                    function,
                    version,
                    test.alias,
                    method=test.method,
                    path=test.path,
                    headers=dict(test.headers) | _secrets(test),
                    body=payload,
                )


def _secrets(test: SmokeTest) -> dict[str, str]:
    """The headers whose values only the environment knows."""
    missing = [variable for _, variable in test.secret_headers if variable not in os.environ]
    if missing:
        raise Refused(f"the environment has no variable {missing[0]}")
    return {name: os.environ[variable] for name, variable in test.secret_headers}


def complaint(test: SmokeTest, reply: Reply) -> str | None:
    """What is wrong with an answer; None if nothing is."""
    if reply.error is not None:
        return f"the function failed with {_short(reply.error)}"
    if test.status is not None and reply.status != test.status:
        return f"it answered {reply.status}, not {test.status}"
    if test.status is None and reply.status >= _ERROR_FROM:
        return f"it answered {reply.status}"
    document = {"status": reply.status, "headers": dict(reply.headers), "body": reply.body}
    for expression in test.expect:
        try:
            found = jmespath.search(expression, document)
        except JMESPathError as error:
            return f"{expression} cannot be looked for in the answer: {_short(str(error))}"
        if found is None or found is False:
            return f"{expression} is {json.dumps(found)}"
        if found is not True:
            return f"{expression} is {_short(json.dumps(found))}, which is neither true nor false: compare it"
    return None


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
