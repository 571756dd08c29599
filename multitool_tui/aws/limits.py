"""What Lambda allows an account in a region, and how much of it is used.

Source: Lambda API reference, GetAccountSettings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from multitool_tui.aws.translate import answered, aws_errors


@dataclass(frozen=True, slots=True)
class Limits:
    """`concurrent`: executions at once, in all; `unreserved`: of them, those that no function has to itself.

    Code is counted in bytes, all versions of all functions together.
    """

    concurrent: int
    unreserved: int
    code: int
    code_used: int


async def limits(client: Any) -> Limits:
    """The limits as they are now."""
    with aws_errors():
        answer = await client.get_account_settings()
        answered(answer, "AccountLimit", "AccountUsage")
        limit, usage = answer["AccountLimit"], answer["AccountUsage"]
        answered(limit, "ConcurrentExecutions", "UnreservedConcurrentExecutions", "TotalCodeSize")
        answered(usage, "TotalCodeSize")
    return Limits(
        limit["ConcurrentExecutions"],
        limit["UnreservedConcurrentExecutions"],
        limit["TotalCodeSize"],
        usage["TotalCodeSize"],
    )
