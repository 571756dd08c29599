"""A resource as YAML or JSON, with what is searched for; and which resource a row of the tree stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from multitool_tui.controller.observe.describing import Kind, Resource
from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.journal.codec import encode
from multitool_tui.views.resources import Kind as RowKind
from multitool_tui.views.resources import Row
from multitool_tui.views.scene import Scene, find_stage, find_target
from multitool_tui.views.text import Line, Role, Span, cells, clean
from multitool_tui.words import AliasName, parse_target

_KEY = re.compile(r'^([\s-]*)("?[^\s":][^":]*"?)(:)(?=\s|$)')


def of_row(row: Row, snapshot: Snapshot) -> Resource | None:
    """What a row of the tree stands for; None for a remark."""
    if row.target:
        return of_target(row.target, snapshot)
    match row.kind:
        case RowKind.FUNCTION:
            return Resource(Kind.FUNCTION, row.home, row.home)
        case RowKind.VERSIONS:
            return Resource(Kind.VERSIONS, f"versions of {row.home}", row.home)
        case RowKind.API:
            one = next((one for one in snapshot.apis if f"{one.api.id}/" == row.home), None)
            return Resource(Kind.API, one.api.name, one.api.id) if one else None
        case _:
            return None


def of_target(target: str, snapshot: Snapshot) -> Resource | None:
    """An alias or a stage, with the versions that serve there; None for a stage that is not known yet."""
    found = find_target(snapshot, target)
    serving = tuple(version for version in (found.version, *found.weights) if version) if found else ()
    name = parse_target(target)
    if isinstance(name, AliasName):
        return Resource(Kind.ALIAS, target, name.function, name.alias, name.function, serving)
    stage = find_stage(snapshot, target)
    if stage is None:
        return None
    return Resource(Kind.STAGE, target, stage.api.id, stage.name, stage.function, serving if stage.function else ())


def document(read: Mapping[str, Any], resource: Resource, scene: Scene) -> Mapping[str, Any]:
    """What was read, after the rollout on it as it is now, if there is one."""
    live = scene.snapshot.rollout_on(resource.name) if scene.snapshot else None
    return {**({"rollout": json.loads(encode(live.rollout))} if live else {}), **read}


def written(shown: Mapping[str, Any], *, as_json: bool) -> str:
    """The document as text."""
    if as_json:
        return json.dumps(shown, indent=2, ensure_ascii=False)
    import yaml

    text: str = yaml.safe_dump(dict(shown), sort_keys=False, allow_unicode=True, width=1_000_000)
    return text.rstrip("\n")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines as they are drawn. `found`: the numbers of those where a line begins that has what is searched for."""

    lines: tuple[Line, ...]
    found: tuple[int, ...] = ()


def sheet(text: str, width: int, needle: str = "") -> Sheet:
    """Text as lines of at most `width` cells; what is too long goes on in the next."""
    lines: list[Line] = []
    found = []
    for raw in map(clean, text.splitlines()):
        spans, has = _marked(raw, needle.strip().casefold())
        if has:
            found.append(len(lines))
        lines += _folded(spans, max(8, width))
    return Sheet(tuple(lines), tuple(found))


def _marked(raw: str, needle: str) -> tuple[Sequence[Span], bool]:
    """A line with its key, and with each place of the needle, in roles of their own."""
    key = _KEY.match(raw)
    end = key.end(2) if key else 0
    folded = raw.casefold() if len(raw.casefold()) == len(raw) else raw.lower()
    spots = [at.span() for at in re.finditer(re.escape(needle), folded)] if needle else []
    spans, at = [], 0
    for start, stop in [*spots, (len(raw), len(raw))]:
        if at < end:
            spans.append(Span(raw[at : min(end, start)], Role.ACCENT))
        spans += [Span(raw[max(at, min(end, start)) : start]), Span(raw[start:stop], Role.LOUD_WARN)]
        at = stop
    return [span for span in spans if span.text], bool(spots)


def _folded(spans: Sequence[Span], width: int) -> list[Line]:
    lines: list[list[Span]] = [[]]
    used = 0
    for text, role in spans:
        part = ""
        for char in text:
            if used + cells(char) > width:
                lines[-1].append(Span(part, role))
                lines.append([Span("  ")])
                part, used = "", 2
            part += char
            used += cells(char)
        lines[-1].append(Span(part, role))
    return [tuple(span for span in one if span.text) for one in lines]
