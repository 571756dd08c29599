"""Features of the product as an option: by their names, or by the commands that need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from multitool_tui.permissions.row import Feature


def features_in(context: click.Context, _parameter: click.Parameter, names: tuple[str, ...]) -> tuple[Feature, ...]:
    """An option's callback: the features that were named, each once.

    Raises:
        click.BadParameter: there is none of that name, or a command of that name asks nothing of AWS.
    """
    from multitool_tui.permissions.ledger import FEATURES, features_of

    found = {name: features_of(name) for name in names}
    for name, features in found.items():
        if not features and name in _commands(context):
            raise click.BadParameter(f"`multitool {name}` calls nothing of AWS, and needs no policy.")
        if not features:
            raise click.BadParameter(f"there is no feature or command {name!r}: there are {', '.join(FEATURES)}.")
    return tuple(dict.fromkeys(feature for features in found.values() for feature in features))


def _commands(context: click.Context) -> list[str]:
    root = context.find_root()
    return root.command.list_commands(root) if isinstance(root.command, click.Group) else []
