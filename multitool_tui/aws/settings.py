"""The settings of a function's versions, and a change of those that the next version will have.

Sources: Lambda API reference, GetFunctionConfiguration and UpdateFunctionConfiguration; Lambda developer guide,
"Lambda quotas".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from multitool_tui.aws.translate import answered, aws_errors

LATEST = "$LATEST"
MEMORY = (128, 10_240)
"""The least and the most, in MB."""
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a version runs. `memory`: MB. `variables`: the names of its environment; what they hold is not kept."""

    version: str
    memory: int
    timeout: timedelta
    handler: str
    architecture: str
    variables: tuple[str, ...]
    layers: tuple[str, ...]
    updating: bool
    revision: str


async def settings(client: Any, function: str, version: str) -> Settings:
    """The settings of a version, or of `LATEST`.

    Raises:
        NotFound: there is no such function or version.
    """
    with aws_errors():
        answer = await client.get_function_configuration(FunctionName=function, Qualifier=version)
        return _settings(answer)


async def change(client: Any, function: str, seen: Settings, memory: int, longest: timedelta) -> None:
    """Give what is published next another size, and another longest time to run. It takes AWS a few seconds.

    Raises:
        Conflict: somebody else has changed it since it was seen.
    """
    swap = {"RevisionId": seen.revision} if seen.revision else {}
    with aws_errors():
        await client.update_function_configuration(
            FunctionName=function, MemorySize=memory, Timeout=round(longest.total_seconds()), **swap
        )


def _settings(answer: dict[str, Any]) -> Settings:
    answered(answer, "Version")
    return Settings(
        answer["Version"],
        int(answer.get("MemorySize") or MEMORY[0]),
        timedelta(seconds=answer.get("Timeout") or 3),
        answer.get("Handler", ""),
        next(iter(answer.get("Architectures") or ()), ""),
        tuple(sorted((answer.get("Environment") or {}).get("Variables") or {})),
        tuple(each.get("Arn", "") for each in answer.get("Layers") or ()),
        answer.get("LastUpdateStatus") == "InProgress",
        answer.get("RevisionId", ""),
    )
