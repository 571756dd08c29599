"""The tree of functions, their aliases and published versions, and of REST APIs and their stages, as flat rows.

Rows are few words each and made once for a snapshot; a row becomes a line only when it is on screen, so that thousands
of functions cost no more than a screenful.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TypeVar

from multitool_tui.aws.resources import Alias, RestApi, Stage
from multitool_tui.controller.snapshot import Api, FeedName, Function, LiveRollout, Snapshot
from multitool_tui.views.actions import BY_NAME, key_of
from multitool_tui.views.finding import Needle, parse_needle
from multitool_tui.views.glyphs import FOREIGN, SERVES, STATES, Mark
from multitool_tui.views.scene import Scene, find_stage, freshness, unread
from multitool_tui.views.text import (
    EMPTY,
    Line,
    Role,
    Span,
    cells,
    clean,
    crop,
    fit,
    line,
    shorten,
    spread,
    width_of,
    wrap,
)
from multitool_tui.words import function_in, percent

KEYS = frozenset({"function", "alias", "version", "api", "stage", "target", "state"})
"""What a filter may name before a colon."""

SMALL_ACCOUNT = 30
"""Up to so many functions are shown unfolded."""

Leaf = TypeVar("Leaf")


class Kind(Enum):
    """What a row stands for."""

    FUNCTION = auto()
    ALIAS = auto()
    VERSIONS = auto()
    API = auto()
    STAGE = auto()
    NOTE = auto()


HOMES = (Kind.FUNCTION, Kind.API)
"""What others are under."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the tree. `home` is the function, or the API as `home_of` has it, that it is under; `target` is what
    it is itself, if it is one. The rest is ready for the screen."""

    kind: Kind
    home: str
    target: str | None = None
    text: str = ""
    detail: str = ""
    mark: Mark | None = None
    unfolded: bool = False
    name_width: int = 0

    @property
    def key(self) -> tuple[str, Kind, str | None]:
        """What stays the same while the row's contents change."""
        return self.home, self.kind, self.target

    @property
    def looks_at(self) -> str:
        """What the controller is to load when the cursor is here."""
        return self.target or ("" if "/" in self.home else self.home)


@dataclass(frozen=True, slots=True)
class Tree:
    """The rows, and how many of how many functions and APIs they show."""

    rows: tuple[Row, ...] = ()
    shown: int = 0
    total: int = 0
    apis: int = 0
    """How many of the total are APIs."""


def tree(snapshot: Snapshot | None, folds: Mapping[str, bool], needle: str = "") -> Tree:
    """The rows for a snapshot. `folds` says which functions the operator has unfolded (True) or folded (False)."""
    if snapshot is None:
        return Tree()
    wanted = parse_needle(needle, KEYS)
    # The latest rollout of each target: later ones in the list replace earlier ones.
    rollouts = {live.rollout.target: live for live in snapshot.rollouts}
    busy = {home_of(snapshot, target): live for target, live in rollouts.items() if live.rollout.on_target}
    small = len(snapshot.functions) + len(snapshot.apis) <= SMALL_ACCOUNT
    rows: list[Row] = []
    shown = 0
    for function in snapshot.functions:
        kept = _kept(function, wanted, rollouts)
        if kept is None:
            continue
        shown += 1
        on = busy.get(function.name)
        default = (small and function.aliases is not None) or on is not None or kept is not function
        unfolded = folds.get(function.name, default)
        rows.append(_function_row(function.name, STATES[on.rollout.state] if on else None, unfolded=unfolded))
        if unfolded:
            rows.extend(_children(kept, rollouts))
    for one in snapshot.apis:
        stages = _kept_stages(one, wanted, rollouts)
        if stages is None:
            continue
        shown += 1
        home, on = _home(one.api), busy.get(_home(one.api))
        unfolded = folds.get(home, (small and one.stages is not None) or on is not None or bool(wanted.terms))
        mark = STATES[on.rollout.state] if on else None
        rows.append(Row(Kind.API, home, text=clean(one.api.name), detail=one.api.id, mark=mark, unfolded=unfolded))
        if unfolded:
            rows.extend(_stages(one, stages, rollouts))
    return Tree(tuple(rows), shown, len(snapshot.functions) + len(snapshot.apis), len(snapshot.apis))


@lru_cache(maxsize=16384)  # a large account's rows are asked for anew with every function that is read
def _function_row(name: str, mark: Mark | None, *, unfolded: bool) -> Row:
    return Row(Kind.FUNCTION, name, text=clean(name), mark=mark, unfolded=unfolded)


def looks_alike(one: Snapshot | None, other: Snapshot | None) -> bool:
    """Whether two snapshots have the same rows, as far as that can be told at once."""
    if one is None or other is None:
        return one is other
    return (
        one.functions is other.functions
        and one.apis == other.apis
        and len(one.rollouts) == len(other.rollouts)
        and all(
            a is b or (a.rollout.target == b.rollout.target and a.rollout.state is b.rollout.state)
            for a, b in zip(one.rollouts, other.rollouts, strict=True)
        )
    )


def home_of(snapshot: Snapshot, target: str) -> str:
    """What a target's row is under."""
    stage = find_stage(snapshot, target)
    return _home(stage.api) if stage else function_in(target)


def _home(api: RestApi) -> str:
    """An API among the functions: a slash is in no name of theirs."""
    return f"{api.id}/"


def _stages(one: Api, stages: tuple[Stage, ...], rollouts: Mapping[str, LiveRollout]) -> Iterator[Row]:
    home = _home(one.api)
    if one.error:
        yield Row(Kind.NOTE, home, text=clean(one.error), mark=Mark("!", "error", Role.WARN))
    elif not stages:
        yield Row(Kind.NOTE, home, text="loading…" if one.stages is None else "no stage")
    name_width = max((cells(clean(stage.name)) for stage in stages), default=0)
    for stage in stages:
        live = rollouts.get(stage.target)
        detail, mark = f"v{stage.version}" if stage.version else "", SERVES
        if stage.canary is not None:
            canary = next(iter(stage.weights), "")
            detail += f" ▸ {f'v{canary}' if canary else 'canary'} {percent(stage.canary.weight)}"
            mark = FOREIGN
        if live and live.rollout.on_target:
            mark = STATES[live.rollout.state]
        yield Row(
            Kind.STAGE, home, stage.target, clean(stage.name), clean(detail.strip()), mark=mark, name_width=name_width
        )


# Filtering


def _kept(function: Function, needle: Needle, rollouts: Mapping[str, LiveRollout]) -> Function | None:
    """The function with what a filter leaves of it, or None. A function whose own name matches stays whole."""
    if not needle.terms:
        return function
    own, aliases = {"function": function.name}, function.aliases or ()
    states = [_state(rollouts.get(alias.target), weighted=bool(alias.weights)) for alias in aliases]
    if not needle.may_find(f"{function.spelled}\n{' '.join(states)}"):
        return None
    if not needle.unwanted.terms and needle.wanted.keeps(own):
        return function
    values = [
        {
            "alias": alias.name,
            "target": alias.target,
            "version": _named((alias.version, *alias.weights), needle),
            "state": state,
        }
        for alias, state in zip(aliases, states, strict=True)
    ]
    left = _left(own, aliases, values, needle)
    if left is not None and len(left) == len(aliases) and needle.wanted.keeps(own):
        return function
    published = [{"version": _named((version,), needle)} for version in function.versions or ()]
    versions = _left(own, function.versions or (), published, needle)
    if left is None and not (versions and needle.wanted.terms):
        return None
    return Function(function.name, left or (), versions or None, function.error)


def _kept_stages(one: Api, needle: Needle, rollouts: Mapping[str, LiveRollout]) -> tuple[Stage, ...] | None:
    """The stages that a filter leaves, or None. An API whose own name or id matches stays whole."""
    stages = one.stages or ()
    values = [
        {
            "stage": stage.name,
            "target": stage.target,
            "version": _named((stage.version or "", *stage.weights), needle),
            "state": _state(rollouts.get(stage.target), weighted=stage.canary is not None),
        }
        for stage in stages
    ]
    return _left({"api": f"{one.api.name} {one.api.id}"}, stages, values, needle)


def _left(
    own: Mapping[str, str], leaves: Sequence[Leaf], values: Sequence[Mapping[str, str]], needle: Needle
) -> tuple[Leaf, ...] | None:
    """The leaves that a filter leaves of something with values of its own; None where it leaves nothing of it."""
    if not needle.unwanted.keeps(own):
        return None
    whole = needle.wanted.keeps(own)
    asked = needle.unwanted if whole else needle
    left = tuple(leaf for leaf, its in zip(leaves, values, strict=True) if asked.keeps({**own, **its}))
    return left if left or (whole and not leaves) else None


def _named(versions: Iterable[str], needle: Needle) -> str:
    """Those of the versions that a filter names, for it to find: 4 is not 42."""
    named = {term.text.removeprefix("v") for term in needle.terms}
    return " ".join(f"v{version}" for version in versions if version in named)


def _state(live: LiveRollout | None, *, weighted: bool) -> str:
    """What the mark of a target says."""
    mark = STATES[live.rollout.state] if live and live.rollout.on_target else FOREIGN if weighted else SERVES
    return mark.word


def _children(function: Function, rollouts: Mapping[str, LiveRollout]) -> Iterator[Row]:
    name = function.name
    if function.error:
        yield Row(Kind.NOTE, name, text=clean(function.error), mark=Mark("!", "error", Role.WARN))
    if function.aliases is None:
        if not function.error:
            yield Row(Kind.NOTE, name, text="loading…")
        return
    if not function.aliases:
        yield Row(Kind.NOTE, name, text="no alias")
    name_width = max((cells(clean(alias.name)) for alias in function.aliases), default=0)
    for alias in function.aliases:
        yield _alias_row(alias, rollouts.get(alias.target), name_width)
    if function.versions:
        newest_first = clean(" ".join(reversed(function.versions)))
        yield Row(Kind.VERSIONS, name, text="versions", detail=newest_first, name_width=name_width)


def _alias_row(alias: Alias, live: LiveRollout | None, name_width: int) -> Row:
    detail = f"v{alias.version}"
    mark = SERVES
    for version, weight in alias.weights.items():
        detail += f" ▸ v{version} {percent(weight)}"
        mark = FOREIGN
    if live and live.rollout.on_target:
        mark = STATES[live.rollout.state]
    return Row(
        Kind.ALIAS, alias.function, alias.target, clean(alias.name), clean(detail), mark=mark, name_width=name_width
    )


def draw(row: Row, width: int) -> Line:
    """A row as a line of at most `width` cells."""
    match row.kind:
        case Kind.FUNCTION | Kind.API:
            arrow = Span("▾ " if row.unfolded else "▸ ", Role.DIM)
            mark = line(row.mark.span) if row.mark and not row.unfolded else EMPTY
            kind = Span(f"  API {row.detail}" if row.kind is Kind.API else "", Role.DIM)
            return spread(line(arrow, Span(row.text, Role.STRONG), kind), mark, width)
        case Kind.NOTE:
            role = row.mark.role if row.mark else Role.DIM
            return line("    ", Span(shorten(row.text, width - 4), role))
        case Kind.VERSIONS:
            name = fit("versions", min(max(row.name_width, 8), width // 3))
            return line(
                "    ", Span(f"{name}  ", Role.DIM), Span(shorten(row.detail, width - cells(name) - 6), Role.DIM)
            )
        case Kind.ALIAS | Kind.STAGE:
            return _draw_target(row, width)


def _draw_target(row: Row, width: int) -> Line:
    mark = row.mark or SERVES
    # The versions are what one looks for: they keep their room, and a long name gives way.
    room = max(6, width - 4 - 2 - cells(row.detail))
    name = fit(row.text, min(max(row.name_width, 8), room))
    start = line("  ", Span(mark.glyph, mark.role), f" {name}  ", row.detail)
    if mark is SERVES:
        return crop(start, width)
    for word in (mark.word, "not ours" if mark is FOREIGN else ""):
        if word and width_of(start) + 2 + cells(word) <= width:
            return spread(start, line(Span(word, mark.role)), width)
    return crop(start, width)


def note(scene: Scene, found: Tree, needle: str) -> tuple[Line, bool]:
    """What the lower border says: how many match, what is still loading, how old it is; and whether to fade."""
    if scene.snapshot is None:
        return EMPTY, False
    feed_note, faded = freshness(scene.feed(FeedName.RESOURCES), scene.now)
    if faded or feed_note:
        return feed_note, faded
    if needle:
        return line(Span(f"{found.shown:,} of {found.total:,} match", Role.ACCENT)), False
    if not scene.snapshot.functions_complete:
        return line(Span(f"{found.total:,} so far, loading…", Role.DIM)), False
    functions = found.total - found.apis
    said = f"{functions:,} function{'' if functions == 1 else 's'}"
    if scene.snapshot.apis_error:
        return line(Span(f"{said} · no APIs: {clean(scene.snapshot.apis_error)}", Role.DIM)), False
    apis = f" · {found.apis:,} API{'' if found.apis == 1 else 's'}" if found.apis else ""
    return line(Span(f"{said}{apis}", Role.DIM)), False


def empty(scene: Scene, needle: str, width: int) -> tuple[Line, ...]:
    """What stands where there are no rows."""
    if scene.snapshot is None:
        return (line(Span("connecting…", Role.DIM)),)
    if needle:
        return wrap("Nothing matches. Words, key:value, and !word to leave out.", width, role=Role.DIM)
    if not scene.snapshot.functions_complete:
        return unread(scene.feed(FeedName.RESOURCES), width)
    there_is = "No functions in this region."
    if not scene.snapshot.read_only:
        there_is += f" {key_of(BY_NAME['setup'], scene)} makes one of a zip file."
    return wrap(there_is, width, role=Role.DIM)
