"""A group of commands whose modules are imported when they are called for, so that one does not wait for all."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """`places`: the module of each command, in which it has its own name (`-` as `_`).

    Source: click's documentation, "Lazily Loading Subcommands".
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._places:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(self._places[cmd_name]), cmd_name.replace("-", "_"))
        return command
