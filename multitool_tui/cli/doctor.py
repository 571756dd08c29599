"""`multitool doctor`: what is right and what is missing, before a rollout needs it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.doctor_keys import keys
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.features import features_in
from multitool_tui.cli.options import Globals
from multitool_tui.cli.targets import Targets, targets_in

if TYPE_CHECKING:
    from multitool_tui.controller.doctor.finding import Finding
    from multitool_tui.controller.doctor.subject import Subject
    from multitool_tui.controller.doctor.terminal import Terminal
    from multitool_tui.permissions.row import Feature
    from multitool_tui.views.doctor import Mask
    from multitool_tui.views.text import Line

_WIDEST = 110
_PACKAGES = ("textual", "boto3", "botocore", "aiobotocore", "pydantic")


@click.group(invoke_without_command=True)
@click.option(
    "--for",
    "features",
    multiple=True,
    callback=features_in,
    metavar="FEATURE",
    help="What has to work: a feature or a command, like run; and again for another. Otherwise watching.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    callback=targets_in,
    metavar="FUNCTION:ALIAS",
    help="What to ask about where a permission is for one function; otherwise any there is.",
)
@click.option("--share", is_flag=True, help="Without account, names and key ids: to be pasted into an issue.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def doctor(
    context: click.Context, features: tuple[Feature, ...], targets: Targets, *, share: bool, as_json: bool
) -> None:
    """Examine session, clock, permissions, access keys, journal, terminal and versions. Nothing is changed.

    Ends with 0 when nothing failed, 3 when AWS refuses something that is needed, 4 when it cannot be reached, 2 when
    something on this machine is not right.
    """
    if context.invoked_subcommand is None:
        from multitool_tui.cli.log import open_log

        open_log(context.obj.log_file)
        asyncio.run(_examine(context.obj, features, targets, share=share, as_json=as_json))


doctor.add_command(keys)


async def _examine(
    options: Globals, features: tuple[Feature, ...], targets: Targets, *, share: bool, as_json: bool
) -> None:
    from multitool_tui.controller.doctor.examination import examine
    from multitool_tui.controller.doctor.finding import Health
    from multitool_tui.views.doctor import finding_document

    def show(finding: Finding, mask: Mask | None = None) -> None:
        if as_json:
            click.echo(json.dumps(finding_document(finding, mask)))
        else:
            _print(finding, mask)

    found = []
    async with _subject(options, features, targets) as subject:
        async for finding in examine(subject):
            found.append(finding)
            if not share:  # what is to be hidden is known at the end
                show(finding)
    if share:
        mask = _mask(options, found)
        for finding in found:
            show(finding, mask)
    elif not as_json:
        click.echo("\nTo paste this into an issue: `multitool doctor --share` leaves out what is yours alone.")
    failed = [finding for finding in found if finding.health is Health.FAILED]
    if failed:
        names = ", ".join(dict.fromkeys(finding.check for finding in failed))
        raise Failure(
            f"{'A check has' if len(failed) == 1 else f'{len(failed)} checks have'} failed: {names}.", _exit(failed)
        )


def _exit(failed: list[Finding]) -> Exit:
    from multitool_tui.controller.doctor.finding import Cause

    causes = {finding.cause for finding in failed}
    if Cause.UNREACHABLE in causes:
        return Exit.UNREACHABLE
    return Exit.REFUSED if Cause.REFUSED in causes else Exit.USAGE


def _subject(options: Globals, features: tuple[Feature, ...], targets: Targets) -> Subject:
    from importlib.metadata import version
    from platform import python_version, system

    from multitool_tui.cli.screen import state_dir
    from multitool_tui.clock import SystemClock
    from multitool_tui.controller.doctor.subject import Subject

    versions = {"multitool": version("multitool-tui"), "python": python_version(), "system": system()}
    return Subject(
        options.aws(),
        SystemClock(),
        state_dir(options),
        options.config,
        _terminal(),
        versions | {package: version(package) for package in _PACKAGES},
        features,
        targets.pair,
    )


def _terminal() -> Terminal:
    from multitool_tui.controller.doctor.terminal import Terminal

    size = shutil.get_terminal_size() if sys.stdout.isatty() else None
    return Terminal(size and (size.columns, size.lines), sys.stdout.encoding or "ascii", os.environ, _tmux())


def _tmux() -> str | None:
    """tmux's set-clipboard, where this runs in tmux."""
    import subprocess

    if "TMUX" not in os.environ:
        return None
    try:
        asked = subprocess.run(
            ["tmux", "show-options", "-gqv", "set-clipboard"],  # noqa: S607 - whichever tmux the user runs in
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip() or None


def _mask(options: Globals, found: list[Finding]) -> Mask:
    from urllib.parse import urlsplit

    from multitool_tui.views.doctor import Mask

    urls = [options.endpoint_url, *(value for name, value in os.environ.items() if name.startswith("AWS_ENDPOINT_URL"))]
    ours = [options.profile, os.environ.get("AWS_PROFILE"), *(urlsplit(url).netloc for url in urls if url)]
    return Mask(tuple({each for each in ours if each} | {each for finding in found for each in finding.private}))


def _print(finding: Finding, mask: Mask | None) -> None:
    from multitool_tui.views.doctor import finding_lines
    from multitool_tui.views.glyphs import plain_ascii

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    for line in finding_lines(finding, mask, width):
        text = _painted(line)
        click.echo(text if is_unicode else plain_ascii(text))


def _painted(line: Line) -> str:
    """A line in the terminal's own colours; click leaves them out where the output is no terminal."""
    from multitool_tui.views.text import Role

    styles: dict[Role, dict[str, Any]] = {
        Role.GOOD: {"fg": "green"},
        Role.WARN: {"fg": "yellow"},
        Role.BAD: {"fg": "red"},
        Role.STRONG: {"bold": True},
        Role.DIM: {"dim": True},
    }
    if os.environ.get("NO_COLOR"):
        return "".join(span.text for span in line)
    return "".join(click.style(span.text, **styles.get(span.role, {})) for span in line)
