"""The tree of functions, their aliases and published versions, as flat rows that are drawn one by one.

Rows are few words each and made once for a snapshot; a row becomes a line only when it is on screen, so that thousands
of functions cost no more than a screenful.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from multitool_tui.aws.resources import Alias
from multitool_tui.controller.snapshot import FeedName, Function, LiveRollout, Snapshot
from multitool_tui.views.glyphs import FOREIGN, SERVES, STATES, Mark
from multitool_tui.views.scene import Scene, freshness, unread
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
)
from multitool_tui.words import percent

SMALL_ACCOUNT = 30
"""Up to so many functions are shown unfolded."""


class Kind(Enum):
    """What a row stands for."""

    FUNCTION = auto()
    ALIAS = auto()
    VERSIONS = auto()
    NOTE = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the tree. `function` and `alias` are as AWS names them, the rest is ready for the screen."""

    kind: Kind
    function: str
    alias: str | None = None
    text: str = ""
    detail: str = ""
    mark: Mark | None = None
    unfolded: bool = False
    name_width: int = 0

    @property
    def key(self) -> tuple[str, Kind, str | None]:
        """What stays the same while the row's contents change."""
        return self.function, self.kind, self.alias

    @property
    def target(self) -> str | None:
        """The target that this row is, if it is one."""
        return f"{self.function}:{self.alias}" if self.alias else None

    @property
    def looks_at(self) -> str:
        """What the controller is to load when the cursor is here."""
        return self.target or self.function


@dataclass(frozen=True, slots=True)
class Tree:
    """The rows, and how many of how many functions they show."""

    rows: tuple[Row, ...] = ()
    shown: int = 0
    total: int = 0


def tree(snapshot: Snapshot | None, folds: Mapping[str, bool], needle: str = "") -> Tree:
    """The rows for a snapshot. `folds` says which functions the operator has unfolded (True) or folded (False)."""
    if snapshot is None:
        return Tree()
    wanted = needle.strip().casefold()
    # The latest rollout of each target: later ones in the list replace earlier ones.
    rollouts = {live.rollout.target: live for live in snapshot.rollouts}
    busy = {live.rollout.target.rpartition(":")[0]: live for live in rollouts.values() if live.rollout.on_target}
    small = len(snapshot.functions) <= SMALL_ACCOUNT
    rows: list[Row] = []
    shown = 0
    for function in snapshot.functions:
        kept = _kept(function, wanted)
        if kept is None:
            continue
        shown += 1
        on = busy.get(function.name)
        default = (small and function.aliases is not None) or on is not None or kept is not function
        unfolded = folds.get(function.name, default)
        rows.append(
            Row(
                Kind.FUNCTION,
                function.name,
                text=clean(function.name),
                mark=STATES[on.rollout.state] if on else None,
                unfolded=unfolded,
            )
        )
        if unfolded:
            rows.extend(_children(kept, rollouts))
    return Tree(tuple(rows), shown, len(snapshot.functions))


def _kept(function: Function, wanted: str) -> Function | None:
    """The function with what a filter leaves of it, or None. A function whose own name matches stays whole."""
    if not wanted or wanted in function.name.casefold():
        return function
    aliases = tuple(alias for alias in function.aliases or () if wanted in alias.name.casefold())
    versions = tuple(version for version in function.versions or () if wanted in (version, f"v{version}"))
    aliases += tuple(
        alias for alias in function.aliases or () if alias not in aliases and _serves(alias, wanted.removeprefix("v"))
    )
    if not aliases and not versions:
        return None
    return Function(function.name, aliases, versions or None, function.error)


def _serves(alias: Alias, version: str) -> bool:
    return version == alias.version or version in alias.weights


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
        Kind.ALIAS, alias.function, alias.name, clean(alias.name), clean(detail), mark=mark, name_width=name_width
    )


def draw(row: Row, width: int) -> Line:
    """A row as a line of at most `width` cells."""
    match row.kind:
        case Kind.FUNCTION:
            arrow = Span("▾ " if row.unfolded else "▸ ", Role.DIM)
            mark = line(row.mark.span) if row.mark and not row.unfolded else EMPTY
            return spread(line(arrow, Span(row.text, Role.STRONG)), mark, width)
        case Kind.NOTE:
            role = row.mark.role if row.mark else Role.DIM
            return line("    ", Span(shorten(row.text, width - 4), role))
        case Kind.VERSIONS:
            name = fit("versions", min(max(row.name_width, 8), width // 3))
            return line(
                "    ", Span(f"{name}  ", Role.DIM), Span(shorten(row.detail, width - cells(name) - 6), Role.DIM)
            )
        case Kind.ALIAS:
            return _draw_alias(row, width)


def _draw_alias(row: Row, width: int) -> Line:
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
    return line(Span(f"{found.total:,} function{'' if found.total == 1 else 's'}", Role.DIM)), False


def empty(scene: Scene, needle: str, width: int) -> tuple[Line, ...]:
    """What stands where there are no rows."""
    if scene.snapshot is None:
        return (line(Span("connecting…", Role.DIM)),)
    if needle:
        return (line(Span("Nothing matches.", Role.DIM)),)
    if not scene.snapshot.functions_complete:
        return unread(scene.feed(FeedName.RESOURCES), width)
    return (line(Span("No functions in this region.", Role.DIM)),)
