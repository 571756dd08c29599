"""What is around a function and bears on a release: who deploys it, and how much of it may run at once.

Sources: Lambda API reference, ListTags, GetProvisionedConcurrencyConfig and GetAccountSettings; CloudFormation user
guide, "Resource tag".
"""

from __future__ import annotations

from typing import Any

from multitool_tui.aws.errors import NotFound
from multitool_tui.aws.translate import answered, aws_errors

_STACK = "aws:cloudformation:stack-name"


async def stack_of(client: Any, arn: str) -> str | None:
    """The CloudFormation stack that a function (by its ARN) belongs to; None where its tags name none."""
    with aws_errors():
        tags = (await client.list_tags(Resource=arn)).get("Tags") or {}
    return tags.get(_STACK) or None


async def provisioned(client: Any, function: str, qualifier: str) -> int:
    """The provisioned concurrency of an alias or a version; 0 where it has none."""
    try:
        with aws_errors():
            answer = await client.get_provisioned_concurrency_config(FunctionName=function, Qualifier=qualifier)
    except NotFound:
        return 0
    return int(answer.get("RequestedProvisionedConcurrentExecutions") or 0)


async def reserved(client: Any, function: str, qualifier: str) -> int | None:
    """How many executions a function may have at once by its own reservation; None where it has none."""
    with aws_errors():
        answer = await client.get_function(FunctionName=function, Qualifier=qualifier)
    found = (answer.get("Concurrency") or {}).get("ReservedConcurrentExecutions")
    return None if found is None else int(found)


async def concurrency_limits(client: Any) -> tuple[int, int]:
    """How many executions the account may have at once in this region, and how many of them no function reserves."""
    with aws_errors():
        limits = (await client.get_account_settings()).get("AccountLimit") or {}
        answered(limits, "ConcurrentExecutions")
    most = int(limits["ConcurrentExecutions"])
    return most, int(limits.get("UnreservedConcurrentExecutions", most))
