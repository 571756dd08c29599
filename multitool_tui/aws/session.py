"""The caller's own AWS session, and the clients made from it.

Credentials come from the standard AWS chain alone and stay in the SDK: they are never read, stored or logged here.
`RenewableCredentials` asks the chain again when AWS refuses them.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self

import boto3
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.utils import parse_timestamp

from multitool_tui.aws import lease as leases
from multitool_tui.aws.alias_target import AliasTarget
from multitool_tui.aws.apart import apart
from multitool_tui.aws.canary_release import CanaryRelease
from multitool_tui.aws.credentials import RenewableCredentials, remedy
from multitool_tui.aws.errors import CredentialsError
from multitool_tui.aws.function_code import FunctionCode
from multitool_tui.aws.functions import get_alias
from multitool_tui.aws.invoke import Invoker
from multitool_tui.aws.joint_target import JointTarget
from multitool_tui.aws.lease import Lease
from multitool_tui.aws.ledger import Ledger
from multitool_tui.aws.resources import Alias, Caller, Reading, RestApi, Signing, Stage
from multitool_tui.aws.sources import AliasSource, Source
from multitool_tui.aws.stage_mark import Before
from multitool_tui.aws.stage_target import StageTarget
from multitool_tui.aws.stages import Stages
from multitool_tui.aws.target import Target
from multitool_tui.aws.translate import answered, aws_errors
from multitool_tui.clock import Clock
from multitool_tui.rollout.plan import Behind
from multitool_tui.words import AliasName, StageName, parse_target

_READING = AioConfig(
    connect_timeout=5,
    read_timeout=15,
    max_pool_connections=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    warm_up_loader_caches=True,
)
# Checking 500 queries here takes as long as all else that is done with them, and CloudWatch checks them itself.
_MEASURING = _READING.merge(AioConfig(parameter_validation=False))
_OBSERVING = _READING.merge(AioConfig())  # the same, for clients of their own
# Changes and their read-backs have a pool of their own and fresh connections: aiohttp repeats a PUT by itself when a
# reused connection turns out to be dead, and whether a write is repeated is for `AliasTarget` to say.
_ONCE: dict[str, Any] = {
    "retries": {"mode": "standard", "total_max_attempts": 1},
    "connector_args": {"force_close": True, "keepalive_timeout": None},
}
_CHANGING = AioConfig(connect_timeout=3, read_timeout=8, max_pool_connections=50, **_ONCE)
# An invocation takes as long as the function's timeout, 15 minutes at most; who asks for it has patience of their own.
_INVOKING = AioConfig(connect_timeout=5, read_timeout=900, max_pool_connections=50, **_ONCE)
# What makes and removes things goes out once as well, and is patient: a zip of 50 MB may take minutes on its way, and
# Lambda some time to unpack it. (Merged with another, a config would lose its connector_args.)
_MAKING = AioConfig(connect_timeout=5, read_timeout=120, max_pool_connections=10, **_ONCE)


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator said about the session; None leaves it to the standard chain and the AWS_* variables."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    read_only: bool = False
    """Every call that changes something is stopped before it leaves."""


def check_session(options: Options) -> tuple[str | None, str]:
    """Look for a usable session, synchronously: it may read files, run a credential process, or ask the instance.

    Returns:
        The profile's name, None where none is named, and the region.

    Raises:
        CredentialsError: in one sentence, what is missing.
    """
    with aws_errors(_remedy(options)):
        # Python's SDK reads AWS_DEFAULT_REGION alone; the CLI and every other SDK put AWS_REGION first.
        region = options.region or os.environ.get("AWS_REGION") or None
        session = boto3.Session(profile_name=options.profile, region_name=region)
        if session.get_credentials() is None:
            where = (
                f"profile {options.profile}" if options.profile else "the environment, ~/.aws or this machine's role"
            )
            raise CredentialsError(f"No AWS credentials were found in {where}.")
        if not session.region_name:
            raise CredentialsError("No AWS region is set: give --region, or set AWS_REGION.")
        # boto3 calls the profile "default" also when there is none at all.
        named = session.profile_name if session.profile_name != "default" or options.profile else None
        return named, session.region_name


def _remedy(options: Options) -> str:
    with aws_errors():
        return remedy(options.profile)


class AwsSession:
    """All clients of one session, opened together and closed together; calls are written to the ledger."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._stack = AsyncExitStack()
        self._profile: str | None = None
        self.region = ""
        self.ledger = Ledger(clock, read_only=options.read_only)
        self.ahead: timedelta | None = None
        """How far this machine's clock was ahead of AWS's at the last answer, by the second; None before the first."""
        self.functions: Any = None
        """The Lambda client for reading."""
        self.cloudwatch: Any = None
        self._changes: Any = None
        self._gateway_changes: Any = None
        self._stages: Stages | None = None
        self._sts: Any = None
        self._session: Any = None
        self._credentials: Any = None
        self._others: dict[tuple[str, AioConfig], Any] = {}
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._profile, self.region = await apart(lambda: check_session(self._options))
        todo = await apart(lambda: _remedy(self._options))
        self._credentials = RenewableCredentials(self._options.profile, self._clock, todo)
        self._stack.push_async_callback(self._credentials.close)
        self._session = session = AioSession(profile=self._options.profile)
        session.register_component("credential_provider", self._credentials)
        session.get_component("event_emitter").register_first("after-call", self._see_date)
        session.get_component("event_emitter").register("after-call", self._credentials.see_answer)
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_parse_timestamp)
        self.ledger.attach(session.get_component("event_emitter"))
        try:
            self.functions = await self._open("lambda", _READING)
            self.cloudwatch = await self._open("cloudwatch", _MEASURING)
            self._sts = await self._open("sts", _READING)
            self._changes = await self._open("lambda", _CHANGING)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def client(self, service: str, *, changing: bool = False) -> Any:
        """The client of a service; one that not every command needs, like "iam", opens when it is first asked for.

        `changing`: one that repeats no call by itself.
        """
        match service, changing:
            case "lambda", _:
                return self._changes if changing else self.functions
            case "cloudwatch", False:
                return self.cloudwatch
        return await self._lane(service, _CHANGING if changing else _READING)

    async def _lane(self, service: str, config: AioConfig) -> Any:
        """A client that is opened when it is first asked for."""
        async with self._opening:
            if (service, config) not in self._others:
                self._others[service, config] = await self._open(service, config)
        return self._others[service, config]

    async def maker(self, service: str) -> Any:
        """A client of a service that makes and removes things: each call goes out once."""
        return await self._lane(service, _MAKING)

    async def observing(self, service: str) -> Any:
        """A client for what is looked at and done beside rollouts: with a pool of its own, so that nothing which goes
        over it is ever in the way of a poller or of a change."""
        return await self._lane(service, _OBSERVING)

    async def _open(self, service: str, config: AioConfig) -> Any:
        with aws_errors():
            return await self._stack.enter_async_context(
                self._session.create_client(
                    service, region_name=self.region, endpoint_url=self._options.endpoint_url, config=config
                )
            )

    async def caller(self) -> Caller:
        """Who the session belongs to. GetCallerIdentity needs no permission.

        Raises:
            CredentialsError: the session is of no use.
        """
        with aws_errors():
            answer = await self._sts.get_caller_identity()
            answered(answer, "Account", "Arn")
        return Caller(answer["Account"], answer["Arn"], self.region, self._profile, self.endpoint)

    async def signing(self) -> Signing:
        """What the session signs with.

        Raises:
            CredentialsError: the session is of no use.
        """
        with aws_errors():
            signing: Signing = await self._credentials.signing()
        return signing

    def _see_date(self, parsed: dict[str, Any], **_: Any) -> None:
        date = parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        try:
            self.ahead = self._clock.now() - parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return  # no date, or none that can be read

    @property
    def clients(self) -> tuple[Any, ...]:
        """All clients that are open."""
        return self.functions, self.cloudwatch, self._sts, self._changes, *self._others.values()

    @property
    def endpoint(self) -> str | None:
        """Where Lambda is called, when that is not AWS itself."""
        url = str(self.functions.meta.endpoint_url)
        return None if url.rstrip("/").endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")) else url

    async def code(self, function: str) -> FunctionCode:
        """A function's code, on a lane for uploads."""
        return FunctionCode(self.functions, await self.maker("lambda"), self._clock, function)

    async def invoker(self) -> Invoker:
        """What calls functions, on a lane of its own."""
        return Invoker(self.functions, await self._lane("lambda", _INVOKING), self._credentials, self.region)

    async def read(self, target: str, behind: Behind | None = None) -> Reading:
        """A target as it is now; `behind` as a plan has it.

        Raises:
            ValueError: in one sentence, when `target` names none.
            NotFound: there is no such target.
            Refused: several targets have this name.
        """
        match parse_target(target):
            case AliasName(function, alias):
                return await get_alias(self.functions, function, alias)
            case StageName() as name:
                return await (await self.stages()).read(name, behind)

    async def source(self, target: str) -> Source:
        """Where CloudWatch keeps what a target did.

        Raises:
            ValueError: in one sentence, when `target` names none.
        """
        match parse_target(target):
            case AliasName(function, alias):
                return AliasSource(function, alias)
            case StageName() as name:
                return (await (await self.stages()).find(name)).source

    def blank(self, target: str, version: str) -> Reading:
        """A target that is not there, as it would be on `version`: for a rollout that had been on it."""
        match parse_target(target):
            case AliasName(function, alias):
                return Alias(function, alias, version, "")
            case StageName(api, stage):
                return Stage(RestApi("", api), stage, "", version=version)

    def target(self, found: Reading, lease: Lease) -> Target:
        """What was read as a rollout's target, on the lane for changes."""
        match found:
            case Alias():
                return AliasTarget(self._changes, self._clock, found, lease)
            case Stage():
                return self._stage_target(found, lease)
            case _:
                raise TypeError(f"{type(found).__name__} is no target")

    def _stage_target(self, stage: Stage, lease: Lease) -> StageTarget | JointTarget:
        before = stage.before or Before("", stage.deployment)
        release = CanaryRelease(self._gateway_changes, self._changes, lease)
        target = StageTarget(self._gateway_changes, self._clock, stage, lease, before, release)
        if stage.behind is None:
            return target
        mark = replace(lease, strategy=leases.BEHIND, name=stage.target)
        alias = AliasTarget(self._changes, self._clock, stage.behind, mark)
        return JointTarget(target, alias, lease.canary)

    async def stages(self) -> Stages:
        """What is known of REST APIs. The clients for them are opened when they are first asked for."""
        if self._stages is None:
            gateway = await self.client("apigateway")
            self._gateway_changes = await self.client("apigateway", changing=True)
            self._stages = self._stages or Stages(gateway, self.functions)
        return self._stages


def _parse_timestamp(value: Any) -> datetime:
    """botocore's own parser tries three libraries on each of thousands of points; this reads the two usual forms."""
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        parsed: datetime = parse_timestamp(value)
        return parsed
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
