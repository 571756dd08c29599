"""What a rollout without a screen tells: lines for people, a CI's log, or JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import click

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.saying import say
from multitool_tui.controller.snapshot import Entry
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import Receipt, Severity
from multitool_tui.views.progress import decision_line, ended_line, note_line, progress_line, summary

_COLOURS = {Severity.GOOD: "green", Severity.WARNING: "yellow", Severity.BAD: "red"}


class Report(Protocol):
    """Is told what happens, in order."""

    def decided(self, rollout: Rollout, receipt: Receipt) -> None:
        """A decision was made; the rollout is as it is after it."""
        ...

    def judged(self, rollout: Rollout, at: datetime) -> None:
        """Another minute has been judged."""
        ...

    def noted(self, entry: Entry) -> None:
        """Something that is no decision."""
        ...

    def ended(self, rollouts: Sequence[Rollout], code: Exit, reason: str, at: datetime) -> None:
        """It is over."""
        ...


def report(*, as_json: bool) -> Report:
    """The report that suits where standard output goes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a CI's log may be ASCII
            stream.reconfigure(errors="replace", line_buffering=True)
    if as_json:
        from multitool_tui.cli.json_lines import JsonLines

        return JsonLines()
    return GitHub(os.environ) if os.environ.get("GITHUB_ACTIONS") == "true" else Lines()


class Lines:
    """One line for each decision and each judged minute; coloured on a terminal."""

    def decided(self, rollout: Rollout, receipt: Receipt) -> None:
        self._say(decision_line(rollout, receipt), receipt.severity)

    def judged(self, rollout: Rollout, at: datetime) -> None:
        self._say(progress_line(rollout, at), None)

    def noted(self, entry: Entry) -> None:
        self._say(note_line(entry), entry.severity)

    def ended(self, rollouts: Sequence[Rollout], code: Exit, reason: str, at: datetime) -> None:
        """What ended it is said already, or is the command's own last sentence."""

    def _say(self, text: str, severity: Severity | None) -> None:
        # click leaves colours out where there is no terminal; NO_COLOR is ours to heed.
        colour = None if "NO_COLOR" in os.environ or severity is None else _COLOURS.get(severity)
        say(click.style(text, fg=colour, dim=severity is None) if colour or self._dims(severity) else text)

    @staticmethod
    def _dims(severity: Severity | None) -> bool:
        return severity is None and "NO_COLOR" not in os.environ


class GitHub(Lines):
    """A GitHub Actions log: the minutes folded away, decisions in sight, the end as an annotation and a summary.

    Source: docs.github.com, "Workflow commands for GitHub Actions". A command is one only at the start of a line.
    """

    def __init__(self, environment: os._Environ[str]) -> None:
        self._summary = environment.get("GITHUB_STEP_SUMMARY")
        self._in_group = False
        self._decisions: list[tuple[Rollout, Receipt]] = []

    def decided(self, rollout: Rollout, receipt: Receipt) -> None:
        self._close()
        self._decisions.append((rollout, receipt))
        line = decision_line(rollout, receipt)
        if receipt.severity is Severity.WARNING:
            self._command("warning", receipt.action, line)
        else:
            say(line)

    def judged(self, rollout: Rollout, at: datetime) -> None:
        if not self._in_group:
            say("::group::minutes")
            self._in_group = True
        say(progress_line(rollout, at))

    def noted(self, entry: Entry) -> None:
        self._close()
        say(note_line(entry))

    def ended(self, rollouts: Sequence[Rollout], code: Exit, reason: str, at: datetime) -> None:
        self._close()
        for rollout in rollouts:
            if code is Exit.DONE:
                self._command("notice", f"{rollout.target} {rollout.state}", ended_line(rollout))
        if code is not Exit.DONE:
            self._command("error", f"exit code {int(code)}", reason)
        if self._summary:
            try:
                with Path(self._summary).open("a", encoding="utf-8") as file:
                    file.write(summary(rollouts, self._decisions, reason, int(code), at))
            except OSError as error:
                say(f"The step summary cannot be written: {error.strerror}.")

    def _close(self) -> None:
        if self._in_group:
            say("::endgroup::")
            self._in_group = False

    @staticmethod
    def _command(name: str, title: str, text: str) -> None:
        text, title = _escape(text), _escape(title).replace(":", "%3A").replace(",", "%2C")
        say(f"::{name} title=MultiTool%3A {title}::{text}")


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
