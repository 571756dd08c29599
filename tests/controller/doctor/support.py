"""A subject to examine, on a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from multitool_tui.aws.session import Options
from multitool_tui.clock import Clock
from multitool_tui.controller.doctor.examination import examine
from multitool_tui.controller.doctor.finding import Finding
from multitool_tui.controller.doctor.subject import Subject
from multitool_tui.controller.doctor.terminal import Terminal
from multitool_tui.permissions.row import Feature

TERMINAL = Terminal((120, 40), "utf-8", {"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"})


@asynccontextmanager
async def a_subject(
    url: str,
    clock: Clock,
    wanted: tuple[Feature, ...] = (),
    folder: Path | None = None,
    manifest: Path | None = None,
    region: str | None = None,
) -> AsyncIterator[Subject]:
    with TemporaryDirectory() as temporary:
        options = Options(endpoint_url=url, region=region)
        state = folder or Path(temporary)
        async with Subject(options, clock, state, manifest, TERMINAL, {"multitool": "1"}, wanted) as subject:
            yield subject


async def report(subject: Subject, limit: float = 15.0) -> dict[str, Finding]:
    """The findings by the check's name; no name comes twice."""
    found = [finding async for finding in examine(subject, limit)]
    named = {finding.check: finding for finding in found}
    assert len(named) == len(found)
    return named
