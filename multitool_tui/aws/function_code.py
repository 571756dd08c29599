"""A function's code: a zip file is made that of $LATEST, and published. Each write is compare-and-swap and read back.

Sources: Lambda API reference, UpdateFunctionCode and PublishVersion; Lambda developer guide, "Lambda function states".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from multitool_tui.aws.errors import Conflict, Drift, Refused, Throttled, Unanswered
from multitool_tui.aws.functions import LATEST, get_version, version_codes, version_from
from multitool_tui.aws.resources import Version
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.aws.upload import UploadBody, open_package, sending
from multitool_tui.clock import Clock
from multitool_tui.rollout.package import Package
from multitool_tui.words import duration

_ATTEMPTS = 5
_PAUSE = 1.0  # seconds between two looks, and the first pause after a write that failed
_SETTLED_WITHIN = timedelta(minutes=10)
"""An update takes seconds; a version with SnapStart, minutes until it is Active."""


class FunctionCode:
    """Makes a package a version of a function, once: before each write it is read whether that has been made already.

    Everything may raise any `AwsError`: `Drift` where somebody else has changed the function since the rollout began.
    """

    def __init__(self, reading: Any, uploading: Any, clock: Clock, function: str) -> None:
        """`reading`, `uploading`: Lambda clients. The second must not repeat requests by itself, and be patient."""
        self._reading = reading
        self._uploading = uploading
        self._clock = clock
        self._function = function

    async def upload(self, package: Package, sent: Callable[[float], None]) -> None:
        """Make the package the code of $LATEST, and wait until it is. `sent` hears of the share (0-1) that is sent."""
        trouble: Exception | None = None
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                latest = await self._settled(LATEST)
                self._check_untouched(latest, package, package.replaces, package.sha256)
                if latest.code == package.sha256:
                    _check_usable(latest)
                    return
                await self._send(package, latest.revision, sent)
            except (Conflict, Throttled, Unanswered) as error:
                trouble = error
        raise trouble or Unanswered(f"{self._function} does not take {package.name}.")

    async def publish(self, package: Package) -> str:
        """Publish $LATEST, which has the package's code, and wait until the version can be called; its number."""
        trouble: Exception | None = None
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(_PAUSE * 2 ** (attempt - 1))
            try:
                version = await self._published(package) or await self._publish(package)
                _check_usable(await self._settled(version))
            except (Conflict, Throttled, Unanswered) as error:
                trouble = error
            else:
                return version
        raise trouble or Unanswered(f"{self._function} could not be published.")

    # How

    async def _send(self, package: Package, revision: str, sent: Callable[[float], None]) -> None:
        loop = asyncio.get_running_loop()
        swap = {"RevisionId": revision} if revision else {}

        def tell(share: float) -> None:
            loop.call_soon_threadsafe(sent, share)

        with await asyncio.to_thread(open_package, package) as file:
            body = UploadBody(file, package.size, swap, tell)
            with aws_errors(), sending(self._uploading, "UpdateFunctionCode", body):
                answer = await self._uploading.update_function_code(FunctionName=self._function, ZipFile=b"", **swap)
                answered(answer, "CodeSha256")
        if version_from(self._function, answer).code != package.sha256:
            raise Refused(f"{package.name} was changed while it was uploaded: run it again.")

    async def _published(self, package: Package) -> str | None:
        """The version that this rollout has published, as a lost answer or a crash may have left it."""
        codes = await version_codes(self._reading, self._function)
        mine = [number for number, code in codes.items() if int(number) > int(package.newest)]
        return next((number for number in reversed(mine) if codes[number] == package.sha256), None)

    async def _publish(self, package: Package) -> str:
        latest = await self._settled(LATEST)
        self._check_untouched(latest, package, package.sha256)
        swap = {"RevisionId": latest.revision} if latest.revision else {}
        with aws_errors():
            answer = await self._uploading.publish_version(
                FunctionName=self._function, CodeSha256=package.sha256, **swap
            )
            answered(answer, "Version", "CodeSha256")
        return str(answer["Version"])

    async def _settled(self, version: str) -> Version:
        """The version when nothing is under way on it any more."""
        until = self._clock.now() + _SETTLED_WITHIN
        while True:
            found = await get_version(self._reading, self._function, version)
            if found.state != "Pending" and found.update != "InProgress":
                return found
            if self._clock.now() >= until:
                of = "The update" if version == LATEST else f"v{version}"
                limit = duration(_SETTLED_WITHIN)
                raise Refused(f"{of} of {self._function} is still in progress after {limit}: run it again later.")
            await self._clock.sleep(_PAUSE)

    def _check_untouched(self, latest: Version, package: Package, *codes: str) -> None:
        if latest.code not in codes:
            raise Drift(f"Somebody else has changed the code of {self._function} meanwhile: nothing was released.")
        if package.settings and latest.settings != package.settings:
            raise Drift(
                f"Somebody else has changed the configuration of {self._function} meanwhile: nothing was released."
            )


def _check_usable(version: Version) -> None:
    if "Failed" in (version.state, version.update):
        of = f"of {version.function} has failed: {version.why or 'AWS does not say why.'}"
        raise Refused(f"{'The update' if version.version == LATEST else f'v{version.version}'} {of}")
