"""What the caller may do, found out by reads that change nothing: each reading operation of the product, once."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from datetime import datetime
from typing import Any, cast

from multitool_tui.aws.errors import AccessDenied, AwsError, CredentialsError, NotFound
from multitool_tui.aws.metrics import baseline_p99
from multitool_tui.aws.resources import Known, Probed
from multitool_tui.aws.session import AwsSession
from multitool_tui.aws.translate import aws_errors
from multitool_tui.permissions.row import Row


async def probe(
    session: AwsSession, rows: Iterable[Row], target: tuple[str, str] | None, now: datetime
) -> tuple[Probed, ...]:
    """Ask for what the actions of `rows` allow to be read, of a target (function, alias) or of any function there is.

    Raises:
        CredentialsError: the session is of no use.
    """
    function, alias = target or (await _any_function(session), "live")
    found = []
    for row in rows:
        asked = f"{function}:{alias}" if row.action == "lambda:GetAlias" else function or ""
        if not row.reads:
            why = "It changes something: only doing it would tell."
            found.append(Probed(row.action, Known.UNKNOWN, why=why))
        elif row.shapes and function is None:
            why = "No function is known to ask about: name a target."
            found.append(Probed(row.action, Known.UNKNOWN, why=why))
        else:
            known, why = await _try(_read(session, row.action, function or "any", alias, now))
            found.append(Probed(row.action, known, asked if row.shapes else "", why))
    return tuple(found)


def _read(session: AwsSession, action: str, function: str, alias: str, now: datetime) -> Awaitable[Any]:
    """The read that an action allows. What is read need not be there: AWS looks at the permission first."""
    match action:
        case "cloudwatch:DescribeAlarms":
            read = session.cloudwatch.describe_alarms(MaxRecords=1)
        case "cloudwatch:GetMetricData":
            read = baseline_p99(session.cloudwatch, function, alias, now)
        case "lambda:GetAlias":
            read = session.functions.get_alias(FunctionName=function, Name=alias)
        case "lambda:GetFunctionConfiguration":
            read = session.functions.get_function_configuration(FunctionName=function, Qualifier="1")
        case "lambda:ListAliases":
            read = session.functions.list_aliases(FunctionName=function, MaxItems=1)
        case "lambda:ListFunctions":
            read = session.functions.list_functions(MaxItems=1)
        case "lambda:ListVersionsByFunction":
            read = session.functions.list_versions_by_function(FunctionName=function, MaxItems=1)
        case _:
            raise ValueError(f"there is no read for {action}")
    return cast(Awaitable[Any], read)


async def _any_function(session: AwsSession) -> str | None:
    """The name of some function of the account; None where there is none, or none may be listed."""
    try:
        with aws_errors():
            found = (await session.functions.list_functions(MaxItems=1)).get("Functions")
    except CredentialsError:
        raise
    except AwsError:
        return None
    return str(found[0]["FunctionName"]) if found else None


async def _try(read: Awaitable[Any]) -> tuple[Known, str]:
    try:
        with aws_errors():
            await read
    except CredentialsError:
        raise
    except AccessDenied as error:
        return Known.DENIED, str(error)
    except NotFound:
        pass
    except AwsError as error:
        return Known.UNKNOWN, str(error)
    return Known.ALLOWED, ""
