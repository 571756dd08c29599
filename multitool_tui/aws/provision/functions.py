"""The function, its first version, its alias, and how asynchronous invocations of that are tried again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

from multitool_tui.aws.errors import Conflict, NotFound, Refused, Unanswered
from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.aws.upload import UploadBody, open_package, sending

_ROLE_TAKES = 60.0
"""Seconds for which a new role may be unknown to Lambda."""
_CREATION_TAKES = 300.0
_PUBLISHING_TAKES = 60.0


@dataclass(frozen=True, slots=True)
class Function(Part):
    """A function with its code. `sha256`: of the zip file, in base64, as Lambda's CodeSha256 has it."""

    kind: ClassVar[str] = "function"
    function: str
    runtime: str
    handler: str
    memory: int
    timeout: int
    architecture: str
    sha256: str

    @property
    def name(self) -> str:
        return self.function

    @property
    def says(self) -> str:
        return f"{self.function}: {self.handler} on {self.runtime}"

    async def look(self, site: Site) -> Facts | None:
        found = await _configuration(site, self.function)
        if found is None:
            return None
        for what, wanted, there in (
            ("code", self.sha256, found.get("CodeSha256")),
            ("a handler", self.handler, found.get("Handler")),
            ("a runtime", self.runtime, found.get("Runtime")),
        ):
            if wanted != there:
                raise InTheWay(
                    f"The function {self.function} is there already, with {what} of its own: release new code with "
                    f"`multitool run {self.function}:ALIAS --zip FILE`, or choose another name."
                )
        if found.get("Role") != site.facts.get("role", found.get("Role")):
            raise InTheWay(
                f"The function {self.function} is there already and runs as {found.get('Role')}: give that with "
                "--role, or choose another name."
            )
        await self._active(site)
        return {}

    async def make(self, site: Site) -> Facts:
        async def create() -> dict[str, Any] | None:
            try:
                return await site.patiently(lambda: self._create(site))
            except Refused as refused:
                if "cannot be assumed" in str(refused):
                    return None
                raise

        answer = await site.until(create, _ROLE_TAKES)
        if answer is None:
            raise Refused(
                f"Lambda cannot assume the role {site.facts['role']}: look at its trust policy, then run setup again."
            )
        await self._active(site)
        return {}

    async def _create(self, site: Site) -> dict[str, Any]:
        package = site.package
        if package is None:
            raise Refused(f"There is no code for {self.function}: give it with --zip FILE.")
        loop, sent = asyncio.get_running_loop(), site.sent

        def tell(share: float) -> None:
            loop.call_soon_threadsafe(sent, share)

        members = {
            "FunctionName": self.function,
            "Runtime": self.runtime,
            "Handler": self.handler,
            "Role": site.facts["role"],
            "MemorySize": self.memory,
            "Timeout": self.timeout,
            "Architectures": [self.architecture],
            "Description": "Made by multitool setup.",
        }
        client = await site.session.maker("lambda")
        with await asyncio.to_thread(open_package, package) as file:
            body = UploadBody(file, package.size, members, tell, within="Code")
            with aws_errors(), sending(client, "CreateFunction", body):
                answer: dict[str, Any] = await client.create_function(**members, Code={"ZipFile": b""})
                answered(answer, "FunctionArn")
        return answer

    async def _active(self, site: Site) -> None:
        async def state() -> str | None:
            found = await _configuration(site, self.function)
            if found is not None and found.get("State") == "Failed":
                raise Refused(f"Lambda could not create {self.function}: {found.get('StateReason', 'it says no more')}")
            return "Active" if found is not None and found.get("State", "Active") != "Pending" else None

        if await site.until(state, _CREATION_TAKES) is None:
            raise Unanswered(f"{self.function} is still being created: run setup again in a while.")

    async def undo(self, site: Site) -> None:
        await site.call("lambda", "delete_function", FunctionName=self.function)


@dataclass(frozen=True, slots=True)
class FirstVersion(Part):
    """The version that the alias begins with."""

    kind: ClassVar[str] = "version"
    function: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.function} {self.sha256}"

    @property
    def says(self) -> str:
        return "the first, of this code"

    async def look(self, site: Site) -> Facts | None:
        pages = site.every(
            "lambda", "list_versions_by_function", "Versions", ("Marker", "NextMarker"), FunctionName=self.function
        )
        try:
            found = [
                item["Version"]
                async for item in pages
                if item.get("CodeSha256") == self.sha256 and item.get("Version", "").isdigit()
            ]
        except NotFound:  # nor is the function there
            return None
        return {"version": found[0]} if found else None

    async def make(self, site: Site) -> Facts:
        async def publish() -> dict[str, Any] | None:
            try:
                return await site.call(
                    "lambda", "publish_version", "Version", FunctionName=self.function, CodeSha256=self.sha256
                )
            except Conflict:  # what comes before a version takes a moment
                return None

        answer = await site.until(publish, _PUBLISHING_TAKES)
        if answer is None:
            raise Unanswered(f"{self.function} is still being changed: run setup again in a while.")
        return {"version": answer["Version"]}

    async def undo(self, site: Site) -> None:
        await site.call("lambda", "delete_function", FunctionName=self.function, Qualifier=site.facts["version"])


@dataclass(frozen=True, slots=True)
class LiveAlias(Part):
    """What everybody calls, and what a rollout moves traffic on."""

    kind: ClassVar[str] = "alias"
    function: str
    alias: str

    @property
    def name(self) -> str:
        return f"{self.function}:{self.alias}"

    @property
    def says(self) -> str:
        return f"{self.name}, on that version"

    async def look(self, site: Site) -> Facts | None:
        found = await self._read(site)
        return None if found is None else {"alias": found["AliasArn"]}

    async def make(self, site: Site) -> Facts:
        answer = await site.call(
            "lambda",
            "create_alias",
            "AliasArn",
            FunctionName=self.function,
            Name=self.alias,
            FunctionVersion=site.facts["version"],
        )
        return {"alias": answer["AliasArn"]}

    async def may_go(self, site: Site) -> None:
        found = await self._read(site)
        if found is not None and (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            raise InTheWay(f"{self.name} sends traffic to two versions: end its rollout, then run teardown again.")

    async def undo(self, site: Site) -> None:
        await site.call("lambda", "delete_alias", FunctionName=self.function, Name=self.alias)

    async def _read(self, site: Site) -> dict[str, Any] | None:
        try:
            return await site.read("lambda", "get_alias", "AliasArn", FunctionName=self.function, Name=self.alias)
        except NotFound:
            return None


@dataclass(frozen=True, slots=True)
class AsyncInvocation(Part):
    """What becomes of asynchronous invocations of the alias that fail. `oldest`: seconds."""

    kind: ClassVar[str] = "async invocation"
    function: str
    alias: str
    retries: int
    oldest: int

    @property
    def name(self) -> str:
        return f"{self.function}:{self.alias}"

    @property
    def says(self) -> str:
        return f"{self.retries} retries, events up to {self.oldest // 3600} h old"

    async def look(self, site: Site) -> Facts | None:
        try:
            await site.read("lambda", "get_function_event_invoke_config", **self._place)
        except NotFound:
            return None
        return {}

    async def make(self, site: Site) -> Facts:
        await site.call(
            "lambda",
            "put_function_event_invoke_config",
            **self._place,
            MaximumRetryAttempts=self.retries,
            MaximumEventAgeInSeconds=self.oldest,
        )
        return {}

    async def undo(self, site: Site) -> None:
        await site.call("lambda", "delete_function_event_invoke_config", **self._place)

    @property
    def _place(self) -> dict[str, str]:
        return {"FunctionName": self.function, "Qualifier": self.alias}


async def _configuration(site: Site, function: str) -> dict[str, Any] | None:
    try:
        return await site.read(
            "lambda", "get_function_configuration", "CodeSha256", FunctionName=function, Qualifier="$LATEST"
        )
    except NotFound:
        return None
