"""What calls the alias: a function URL, or a queue or stream that it reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from multitool_tui.aws.errors import Conflict, NotFound, Refused, Unanswered
from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site
from multitool_tui.aws.provision.roles import attach_command

_SETTLING_TAKES = 120.0
_READERS = {
    "sqs": "AWSLambdaSQSQueueExecutionRole",
    "kinesis": "AWSLambdaKinesisExecutionRole",
    "dynamodb": "AWSLambdaDynamoDBExecutionRole",
}
"""What is read -> the AWS managed policy that lets a role read it (AWS managed policy reference)."""
Auth = Literal["none", "iam"]
_AUTH_TYPES: dict[Auth, str] = {"none": "NONE", "iam": "AWS_IAM"}


@dataclass(frozen=True, slots=True)
class Url(Part):
    """A function URL of the alias."""

    kind: ClassVar[str] = "function URL"
    function: str
    alias: str
    auth: Auth

    @property
    def name(self) -> str:
        return f"{self.function}:{self.alias}"

    @property
    def says(self) -> str:
        who = "anybody may call it" if self.auth == "none" else "signed requests only"
        return f"of {self.name}; {who}"

    async def look(self, site: Site) -> Facts | None:
        try:
            found = await site.read("lambda", "get_function_url_config", "FunctionUrl", **self._place)
        except NotFound:
            return None
        if found.get("AuthType") != _AUTH_TYPES[self.auth]:
            raise InTheWay(
                f"{self.name} has a function URL already, with AuthType {found.get('AuthType')}: give --auth as it is."
            )
        return {"url": found["FunctionUrl"]}

    async def make(self, site: Site) -> Facts:
        answer = await site.call(
            "lambda", "create_function_url_config", "FunctionUrl", **self._place, AuthType=_AUTH_TYPES[self.auth]
        )
        return {"url": answer["FunctionUrl"]}

    async def undo(self, site: Site) -> None:
        await site.call("lambda", "delete_function_url_config", **self._place)

    @property
    def _place(self) -> dict[str, str]:
        return {"FunctionName": self.function, "Qualifier": self.alias}


@dataclass(frozen=True, slots=True)
class UrlPermission(Part):
    """Lets everybody call the URL: both actions are needed (Lambda developer guide, "Control access to function
    URLs"). `via_url`: the second of them, lambda:InvokeFunction by way of the URL alone."""

    kind: ClassVar[str] = "permission"
    function: str
    alias: str
    via_url: bool

    @property
    def name(self) -> str:
        return f"{self.function}:{self.alias} {self._id}"

    @property
    def says(self) -> str:
        return f"{self._action.removeprefix('lambda:')} for everybody"

    async def look(self, site: Site) -> Facts | None:
        return await find_statement(site, self.function, self.alias, self._id)

    async def make(self, site: Site) -> Facts:
        how = {"InvokedViaFunctionUrl": True} if self.via_url else {"FunctionUrlAuthType": "NONE"}
        await site.call(
            "lambda",
            "add_permission",
            FunctionName=self.function,
            Qualifier=self.alias,
            StatementId=self._id,
            Action=self._action,
            Principal="*",
            **how,
        )
        return {}

    async def undo(self, site: Site) -> None:
        await remove_statement(site, self.function, self.alias, self._id)

    @property
    def _action(self) -> str:
        return "lambda:InvokeFunction" if self.via_url else "lambda:InvokeFunctionUrl"

    @property
    def _id(self) -> str:
        return "multitool-url-invoke" if self.via_url else "multitool-url"


@dataclass(frozen=True, slots=True)
class Source(Part):
    """A queue or a stream that the alias reads."""

    kind: ClassVar[str] = "event source"
    function: str
    alias: str
    arn: str
    role: str
    """The name of the role, for the command that gives it what it lacks."""

    @property
    def name(self) -> str:
        return f"{self.arn} > {self.function}:{self.alias}"

    @property
    def says(self) -> str:
        return f"reads {self.arn.rpartition(':')[2] if source_kind(self.arn) == 'sqs' else self.arn.split(':', 5)[5]}"

    async def look(self, site: Site) -> Facts | None:
        found = await self._find(site)
        if found is None:
            return None
        if found.get("State") == "Deleting":
            await self._until_gone(site)
            return None
        return {"mapping": found["UUID"]}

    async def make(self, site: Site) -> Facts:
        where = {} if source_kind(self.arn) == "sqs" else {"StartingPosition": "LATEST"}
        try:
            answer = await site.call(
                "lambda",
                "create_event_source_mapping",
                "UUID",
                FunctionName=f"{self.function}:{self.alias}",
                EventSourceArn=self.arn,
                **where,
            )
        except Refused as refused:
            if "permissions" in str(refused) or "ensure the role" in str(refused):
                raise Refused(f"{refused} {self._remedy(site)}") from None
            raise
        return {"mapping": answer["UUID"]}

    async def undo(self, site: Site) -> None:
        async def delete() -> bool | None:
            try:
                await site.call("lambda", "delete_event_source_mapping", UUID=site.facts["mapping"])
            except Conflict:  # it is being changed
                return None
            return True

        if await site.until(delete, _SETTLING_TAKES) is None:
            raise Unanswered(f"The event source mapping {site.facts['mapping']} is being changed: run teardown again.")
        await self._until_gone(site)

    def _remedy(self, site: Site) -> str:
        return f"Run `{attach_command(site.partition, self.role, reader_policy(self.arn))}`, then setup again."

    async def _find(self, site: Site) -> dict[str, Any] | None:
        pages = site.every(
            "lambda",
            "list_event_source_mappings",
            "EventSourceMappings",
            ("Marker", "NextMarker"),
            EventSourceArn=self.arn,
            FunctionName=f"{self.function}:{self.alias}",
        )
        try:
            async for item in pages:
                return item
        except NotFound:  # nor is the function there
            pass
        return None

    async def _until_gone(self, site: Site) -> None:
        async def gone() -> bool | None:
            return await self._find(site) is None or None

        if await site.until(gone, _SETTLING_TAKES) is None:
            raise Unanswered(f"{self.name} is still being removed: run it again in a while.")


def source_kind(arn: str) -> str:
    """The service that an event source is of: "sqs", "kinesis" or "dynamodb".

    Raises:
        ValueError: in one sentence, for what is none of these.
    """
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        raise ValueError(f"{arn!r} is no ARN of a queue or stream")
    if parts[2] not in _READERS:
        raise ValueError(f"{arn} is of {parts[2]}: setup reads SQS queues, Kinesis streams and DynamoDB streams")
    if parts[2] == "dynamodb" and "/stream/" not in arn:
        raise ValueError(f"{arn} is a table: give the ARN of its stream")
    return parts[2]


def reader_policy(arn: str) -> str:
    """The AWS managed policy that lets a role read an event source."""
    return _READERS[source_kind(arn)]


async def find_statement(site: Site, function: str, qualifier: str, statement: str) -> Facts | None:
    """Whether the resource policy has a statement of that id."""
    try:
        answer = await site.read("lambda", "get_policy", "Policy", FunctionName=function, Qualifier=qualifier)
    except NotFound:
        return None
    statements = json.loads(answer["Policy"]).get("Statement", [])
    return {} if any(each.get("Sid") == statement for each in statements) else None


async def remove_statement(site: Site, function: str, qualifier: str, statement: str) -> None:
    await site.call("lambda", "remove_permission", FunctionName=function, Qualifier=qualifier, StatementId=statement)
