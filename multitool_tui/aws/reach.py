"""Whether AWS can be reached at all: where, how fast, and which regions there are."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import boto3

from multitool_tui.aws.errors import AwsError, CredentialsError, Unanswered
from multitool_tui.aws.session import AwsSession
from multitool_tui.aws.translate import aws_errors

_TRIES = 2  # the first opens the connection


async def reach(session: AwsSession) -> dict[str, int]:
    """In how many milliseconds each service has answered; whoever refuses has answered too.

    Raises:
        Unanswered: one of them did not.
        CredentialsError: the session is of no use.
    """
    reads: dict[str, Callable[[], Awaitable[Any]]] = {
        "lambda": lambda: session.functions.list_functions(MaxItems=1),
        "cloudwatch": lambda: session.cloudwatch.describe_alarms(MaxRecords=1),
    }
    took = {}
    for service, read in reads.items():
        times = []
        for _ in range(_TRIES):
            began = time.perf_counter()
            try:
                with aws_errors():
                    await read()
            except (Unanswered, CredentialsError):
                raise
            except AwsError:
                pass
            times.append(time.perf_counter() - began)
        took[service] = round(min(times) * 1000)
    return took


def known_regions() -> frozenset[str]:
    """The regions with Lambda, in every partition, that this SDK knows. It reads a large file."""
    session: Any = boto3.Session()
    partitions = session.get_available_partitions()
    return frozenset(name for each in partitions for name in session.get_available_regions("lambda", each))
