"""Policies in files, as arguments of commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from multitool_tui.permissions.policy import Policy


def policy_in(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> Policy | None:
    """An option's callback: the IAM policy in its file.

    Raises:
        click.BadParameter: what is wrong with the file, in one sentence.
    """
    from multitool_tui.permissions.reading import PolicyError, read_policy

    if file is None:
        return None
    try:
        return read_policy(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.BadParameter(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise click.BadParameter(f"{file} is no text in UTF-8.") from None
    except PolicyError as error:
        raise click.BadParameter(f"{file}: {error}") from None
