"""`multitool completion`, and what completes the names on the command line."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem, get_completion_class

_VARIABLE = "_MULTITOOL_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and the manifest's names in SHELL.

    \b
    bash   multitool completion bash > ~/.local/share/bash-completion/completions/multitool
    zsh    multitool completion zsh > "${fpath[1]}/_multitool"
    fish   multitool completion fish > ~/.config/fish/completions/multitool.fish
    """
    click.echo(script(context.find_root().command, shell))


def script(command: click.Command, shell: str) -> str:
    """What `shell` reads to complete `command` and all below it."""
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows all three
    made = kind(command, {}, "multitool", _VARIABLE)
    return made.source_template % made.source_vars()


def names(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The rollouts and groups of the manifest, as far as they can be read; a completion never fails."""
    import tomllib
    from pathlib import Path

    said = context.find_root().params.get("config")
    try:
        document = tomllib.loads(Path(said or "multitool.toml").read_text(encoding="utf-8"))
        found = [
            CompletionItem(str(name), help=kind)
            for kind, table in (("rollout", "rollouts"), ("group", "groups"))
            for name in document.get(table, {})
        ]
    except (OSError, ValueError, TypeError, AttributeError):
        return []
    return [item for item in found if item.value.startswith(incomplete)]


def strategies(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The named strategies."""
    from multitool_tui.rollout.strategies import STRATEGIES

    return [CompletionItem(name) for name in STRATEGIES if name.startswith(incomplete)]
