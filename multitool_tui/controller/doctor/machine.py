"""Checks of this machine: journal, manifest, versions."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from multitool_tui.config import ManifestError, load_manifest
from multitool_tui.controller.doctor import terminal
from multitool_tui.controller.doctor.finding import Finding, Health
from multitool_tui.controller.doctor.subject import Subject
from multitool_tui.journal.store import FILE, Journal, JournalError, Survey

_ROOM = 100_000_000  # bytes; a long rollout's record takes some hundred thousand


async def journal(subject: Subject) -> list[Finding]:
    """Whether it opens, can be written now, and has room to grow."""
    return [await asyncio.to_thread(_journal, subject.state_dir)]


def _journal(folder: Path) -> Finding:
    path = folder / FILE
    facts: dict[str, object] = {"path": str(path)}
    if not path.exists():
        return _no_journal(folder, facts)
    try:
        opened = Journal.open(folder)
        try:
            survey = opened.survey()
        finally:
            opened.close()
    except JournalError as error:
        return Finding("journal", Health.FAILED, str(error), facts=facts)
    free = shutil.disk_usage(folder).free
    facts |= {"schema": survey.schema, "rollouts": survey.rollouts, "under_way": survey.under_way}
    facts |= {"size": survey.size, "free": free}
    sentence = f"{path} opens and can be written: schema {survey.schema}, {_content(survey)}, {_size(survey.size)}."
    if free < _ROOM:
        sentence = f"{path} works, but only {_size(free)} are free on its disk."
        return Finding("journal", Health.WARNING, sentence, "Make room, or give another --state-dir.", facts=facts)
    todo = "`multitool resume` goes on with what was interrupted." if survey.under_way else ""
    return Finding("journal", Health.OK, sentence, todo, facts=facts)


def _no_journal(folder: Path, facts: dict[str, object]) -> Finding:
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        sentence = f"There is no journal yet, and none can be made in {folder}: {there} cannot be written."
        return Finding(
            "journal", Health.FAILED, sentence, "Make it writable, or give another --state-dir.", facts=facts
        )
    return Finding("journal", Health.OK, f"There is none yet: the first rollout makes {folder / FILE}.", facts=facts)


def _content(survey: Survey) -> str:
    if not survey.rollouts:
        return "no rollout yet"
    some = "1 rollout" if survey.rollouts == 1 else f"{survey.rollouts} rollouts"
    return f"{some}, {survey.under_way} under way or interrupted" if survey.under_way else some


def _size(count: int) -> str:
    size = float(count)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.0f} GB"


async def manifest(subject: Subject) -> list[Finding]:
    """Whether the manifest is right, if there is one."""
    path = subject.manifest or Path("multitool.toml")
    if subject.manifest is None and not path.exists():
        return [Finding("manifest", Health.OK, "There is no multitool.toml in this folder; none is needed.")]
    try:
        names = sorted(load_manifest(path).plans())
    except ManifestError as error:
        return [Finding("manifest", Health.FAILED, str(error))]
    facts = {"path": str(path), "rollouts": names}
    return [Finding("manifest", Health.OK, f"{path} is right: {', '.join(names) or 'no rollouts'}.", facts=facts)]


async def surroundings(subject: Subject) -> list[Finding]:
    """The terminal and its clipboard."""
    return terminal.look(subject.terminal)


async def versions(subject: Subject) -> list[Finding]:
    """What runs here."""
    sentence = ", ".join(f"{name} {number}" for name, number in subject.versions.items())
    return [Finding("versions", Health.OK, f"{sentence}.", facts=dict(subject.versions))]
