"""Targets as an option: one alias, one stage, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from multitool_tui.words import AliasName, StageName


@dataclass(frozen=True, slots=True)
class Targets:
    """The targets that were named."""

    alias: AliasName | None = None
    stage: StageName | None = None

    def __bool__(self) -> bool:
        return bool(self.alias or self.stage)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The function and its alias."""
        return (self.alias.function, self.alias.alias) if self.alias else None


def targets_in(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> Targets:
    """An option's callback: what its values name.

    Raises:
        click.BadParameter: one of them names no target, or there are two of a kind.
    """
    from multitool_tui.words import AliasName, StageName, parse_target

    try:
        found = [parse_target(text) for text in texts]
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None
    aliases = [each for each in found if isinstance(each, AliasName)]
    stages = [each for each in found if isinstance(each, StageName)]
    if len(aliases) > 1 or len(stages) > 1:
        raise click.BadParameter("one alias and one stage can be named, not two of a kind.")
    return Targets(next(iter(aliases), None), next(iter(stages), None))
