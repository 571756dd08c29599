"""All rollouts at once: one row each, sorted by what needs an operator first, or by a column; filtered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache

from multitool_tui.aws import lease as leases
from multitool_tui.aws.resources import Alias
from multitool_tui.controller.snapshot import Group, LiveRollout, Place, Snapshot
from multitool_tui.judgement.model import Verdict
from multitool_tui.judgement.settings import DOUBT
from multitool_tui.rollout.states import State
from multitool_tui.views.actions import BY_NAME, key_of
from multitool_tui.views.finding import Needle, parse_needle
from multitool_tui.views.glyphs import FOREIGN, GATE, STATES, VERDICTS, Mark
from multitool_tui.views.numbers import coarse, count
from multitool_tui.views.scene import Scene
from multitool_tui.views.split import observed
from multitool_tui.views.table import Column, Table
from multitool_tui.views.text import EMPTY, Line, Role, Span, cells, clean, crop, join, line, spread, width_of
from multitool_tui.words import percent

KEYS = frozenset({"target", "state", "verdict", "driver", "strategy", "version", "alarm", "group", "session"})
"""What a filter may name before a colon."""

_TITLE = "Rollouts"
_NOT_BEGUN = Mark("○", "not begun", Role.DIM)
_NOT_OURS = "not ours"


class Sort(StrEnum):
    """What the rows are sorted by. Equal rows are in the order of their targets."""

    ATTENTION = "what needs you"
    TARGET = "target"
    STATE = "state"
    WEIGHT = "weight"
    HARM = "harm"
    AGE = "age"

    def next(self) -> Sort:
        """The one that comes after this, and the first after the last."""
        every = list(Sort)
        return every[(every.index(self) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class FleetRow:
    """A rollout in words, as each column shows it. Numbers are there to sort by; None where nothing is known."""

    target: str
    mark: Mark
    urgency: int
    """The smaller, the sooner an operator should look."""
    versions: str
    step: str = ""
    wanted: float | None = None
    observed: float | None = None
    harm: float | None = None
    verdict: Mark | None = None
    alarms: str = ""
    age: timedelta | None = None
    driver: str = ""
    ended: bool = False
    strategy: str = ""
    group: str = ""
    """The group that this row is of, or stands for; empty where the rows are not told by groups."""
    wave: int | None = None
    """From 0; None of a row that stands for a whole group."""
    place: str = ""
    """Its session, where there are several side by side; `where` is the account and region of that."""
    where: str = ""
    error: str = ""
    """Why the session that this row stands for is of no use."""
    foreign: bool = False
    """Whether the weights are somebody else's: no rollout of ours, here or elsewhere."""

    @property
    def key(self) -> tuple[str, str, bool]:
        """What stays the same while the row's contents change."""
        return self.place, self.target, self.is_group

    @property
    def is_group(self) -> bool:
        """Whether it stands for a whole group. `target` is its name then."""
        return bool(self.group) and self.wave is None

    @property
    def is_live(self) -> bool:
        """Whether it is a rollout that is under way."""
        return not (self.ended or self.foreign or self.is_group)

    @property
    def label(self) -> str:
        """The target as it stands in its column."""
        return self.target if self.wave is None else f"  {self.wave + 1} {self.target}"

    @property
    def values(self) -> dict[str, str]:
        """What a filter looks at, by key."""
        return {
            "target": self.target,
            "state": self.mark.word,
            "verdict": self.verdict.word if self.verdict else "",
            "driver": self.driver,
            "strategy": self.strategy,
            "version": self.versions,
            "alarm": self.alarms,
            "group": self.group,
            "session": f"{self.place} {self.where}",
        }


@dataclass(frozen=True, slots=True)
class Fleet:
    """The rows that a filter leaves, of how many."""

    rows: tuple[FleetRow, ...] = ()
    total: int = 0


def fleet(scene: Scene, sort: Sort, needle: str = "", unfolded: Collection[str] = ()) -> Fleet:
    """All rollouts that are known: those of this process, then those whose mark is on an alias that was read.

    The manifest's groups come first. The rollouts of an `unfolded` one follow it by waves, those not begun among them.
    """
    if scene.snapshot is None:
        return Fleet()
    shown = [_shown(scene.snapshot, scene, needle, unfolded)]
    if scene.snapshot.places:
        shown = [_of_place(place, scene, needle, unfolded) for place in scene.snapshot.places]
    alone = sorted((row for one in shown for row in one.alone), key=lambda row: (row.target.casefold(), row.place))
    grouped = (row for one in shown for row in one.grouped)
    return Fleet((*grouped, *sorted(alone, key=_SORTED_BY[sort])), sum(one.total for one in shown))


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rows of one session."""

    grouped: tuple[FleetRow, ...]
    alone: tuple[FleetRow, ...]
    total: int


def _of_place(place: Place, scene: Scene, needle: str, unfolded: Collection[str]) -> _Shown:
    """The rows of one of several sessions; one that says why, where it is of no use."""
    caller = place.snapshot.caller if place.snapshot else None
    name, where = clean(place.name), clean(f"{caller.account}/{caller.region}") if caller else ""
    if place.error or place.snapshot is None:
        mark = Mark("!", "no session", Role.WARN) if place.error else Mark("○", "connecting…", Role.DIM)
        row = FleetRow("", mark, 1, "", ended=True, place=name, where=where, error=clean(place.error))
        return _Shown((), (row,) if parse_needle(needle, KEYS).keeps(row.values) else (), 0)
    return _shown(place.snapshot, scene, needle, unfolded, place=name, where=where)


def _shown(
    snapshot: Snapshot, scene: Scene, needle: str, unfolded: Collection[str], *, place: str = "", where: str = ""
) -> _Shown:
    latest = {live.rollout.target: live for live in snapshot.rollouts}
    every = [_row(live, scene) for live in latest.values()]
    every += [_marked(alias, scene) for alias in _marked_elsewhere(snapshot) if alias.target not in latest]
    every = [replace(row, place=place, where=where) for row in every] if place else every
    wanted: Needle = parse_needle(needle, KEYS)
    grouped: list[FleetRow] = []
    told: set[str] = set()
    known = {row.target: row for row in every}
    for group in snapshot.groups:
        head, *members = (replace(row, place=place, where=where) for row in _group_rows(group, known))
        kept = [row for row in members if wanted.keeps(row.values)]
        if kept or wanted.keeps(head.values):
            grouped += [head, *(kept if (place + group.name) in unfolded else ())]
        if (place + group.name) in unfolded:
            told.update(row.target for row in members)
    alone = tuple(row for row in every if row.target not in told and wanted.keeps(row.values))
    return _Shown(tuple(grouped), alone, len(every))


def _group_rows(group: Group, known: Mapping[str, FleetRow]) -> Iterator[FleetRow]:
    """The row of a group, then those of its targets, wave by wave."""
    members = [
        replace(
            known.get(clean(target)) or FleetRow(clean(target), _NOT_BEGUN, 9, "", ended=True),
            group=clean(group.name),
            wave=number,
        )
        for number, wave in enumerate(group.waves)
        for target in wave
    ]
    done = sum(row.mark is STATES[State.PROMOTED] for row in members)
    live = [row for row in members if row.is_live]
    if group.wave is not None:
        mark = Mark("◐", f"wave {group.wave + 1} of {len(group.waves)}", Role.ACCENT)
    elif live:
        mark = Mark("◐", f"{len(live)} under way", Role.ACCENT)
    elif bad := next((row for row in members if row.mark is STATES[State.ROLLED_BACK]), None):
        mark = bad.mark
    else:
        mark = STATES[State.PROMOTED] if done == len(members) else _NOT_BEGUN
    harms = [row.harm for row in live if row.harm is not None]
    yield FleetRow(
        clean(group.name),
        mark,
        min((row.urgency for row in members), default=9),
        "",
        f"{done}/{len(members)}",
        harm=max(harms, default=None),
        verdict=next((row.verdict for row in live if row.verdict is VERDICTS[Verdict.HARMFUL]), None),
        alarms=", ".join(sorted({row.alarms for row in live if row.alarms})),
        driver="here" if group.wave is not None else "",
        ended=not live and group.wave is None,
        group=clean(group.name),
    )
    yield from members


def _row(live: LiveRollout, scene: Scene) -> FleetRow:
    rollout = live.rollout
    judgement = rollout.judgement
    began = rollout.started_at
    ends = rollout.ended_at or scene.now
    evidence = judgement.evidence if judgement.seen_to else None
    return FleetRow(
        clean(rollout.target),
        GATE._replace(word="at the gate") if rollout.at_gate and rollout.state is State.SHIFTING else _state(live),
        _urgency(live),
        f"v{clean(rollout.baseline)} → v{clean(rollout.canary)}",
        _step(live),
        rollout.wanted,
        None if rollout.ended else observed(live),
        evidence.harm if evidence else None,
        VERDICTS[judgement.verdict] if judgement.seen_to else None,
        clean(", ".join(judgement.alarms)),
        ends - began if began else None,
        clean(live.elsewhere.who) if live.elsewhere else "here",
        rollout.ended,
        clean(rollout.plan.strategy),
    )


def _state(live: LiveRollout) -> Mark:
    mark = STATES[live.rollout.state]
    if live.rollout.state is State.HELD and live.rollout.obstacle:
        return mark._replace(word=f"held: {live.rollout.obstacle}")
    return mark


def _step(live: LiveRollout) -> str:
    rollout = live.rollout
    if rollout.plan.ramp:
        return "ramp"
    steps = len(rollout.plan.steps)
    return f"{max(0, rollout.step + 1)}/{steps}" if steps else "all"


def _urgency(live: LiveRollout) -> int:
    rollout = live.rollout
    if live.change_trouble or rollout.state is State.ROLLING_BACK:
        return 0
    if rollout.state is State.HELD:
        return 1
    if rollout.ended:
        return 9
    if rollout.judgement.verdict is Verdict.HARMFUL or rollout.judgement.evidence.harm >= DOUBT:
        return 2
    if rollout.at_gate or rollout.state is State.PAUSED:
        return 3
    return 4 if live.elsewhere is None else 5


def _marked_elsewhere(snapshot: Snapshot) -> Iterable[Alias]:
    """The aliases with the mark of a driver, or with weights that nobody here has set."""
    for function in snapshot.functions:
        for alias in function.aliases or ():
            if alias.weights or alias.description.startswith("[multitool "):
                yield alias


def _marked(alias: Alias, scene: Scene) -> FleetRow:
    lease, _ = leases.read(alias.description)
    canary = lease.canary if lease else next(iter(alias.weights), "")
    weight = 1.0 if alias.version == canary else alias.weights.get(canary, 0.0)
    versions = f"v{clean(lease.baseline if lease else alias.version)} → v{clean(canary)}"
    if lease is None:
        mark = FOREIGN._replace(word=_NOT_OURS)
        return FleetRow(clean(alias.target), mark, 8, versions, wanted=weight, foreign=True)
    left = lease.is_over(scene.now)
    mark = Mark("!", "no driver", Role.WARN) if left else STATES[State.BAKING if weight == 1 else State.SHIFTING]
    return FleetRow(
        clean(alias.target),
        mark,
        1 if left else 5,
        versions,
        wanted=weight,
        age=scene.now - lease.since,
        driver=clean(lease.who),
        strategy=clean(lease.strategy),
    )


_SORTED_BY: dict[Sort, Callable[[FleetRow], tuple[float | str, ...]]] = {
    Sort.ATTENTION: lambda row: (row.urgency,),
    Sort.TARGET: lambda row: (row.target.casefold(),),
    Sort.STATE: lambda row: (row.mark.word,),
    Sort.WEIGHT: lambda row: (-(row.wanted if row.wanted is not None else -1),),
    Sort.HARM: lambda row: (-(row.harm if row.harm is not None else -1),),
    Sort.AGE: lambda row: (-(row.age.total_seconds() if row.age is not None else -1),),
}


# Drawing


def _target(row: FleetRow) -> Span:
    role = Role.ACCENT if row.is_group else Role.DIM if row.ended else Role.STRONG
    return Span(f"group {row.label}" if row.is_group else row.label, role)


def _percent(share: float | None) -> Span:
    return Span(percent(share) if share is not None else "")


def _observed(row: FleetRow) -> Span:
    return Span(f"{row.observed * 100:.1f}%" if row.observed is not None else "", Role.DIM)


def _harm(row: FleetRow) -> Span:
    if row.harm is None:
        return Span("")
    role = Role.BAD if row.verdict is VERDICTS[Verdict.HARMFUL] else Role.WARN if row.harm >= DOUBT else Role.PLAIN
    return Span(f"{count(row.harm)}:1", role)


TABLE: Table[FleetRow] = Table(
    Column("state", 16, 0, lambda row: row.mark.span, by=Sort.STATE),
    Column("target", 0, 0, _target, by=Sort.TARGET),
    Column("versions", 13, 4, lambda row: Span(row.versions)),
    Column("step", 5, 6, lambda row: Span(row.step, Role.DIM), right=True),
    Column("wanted", 7, 0, lambda row: _percent(row.wanted), right=True, by=Sort.WEIGHT),
    Column("seen", 6, 3, _observed, right=True),
    Column("harm", 9, 1, _harm, right=True, by=Sort.HARM),
    Column("verdict", 11, 2, lambda row: row.verdict.span if row.verdict else Span("")),
    Column("alarms", 18, 7, lambda row: Span(row.alarms, Role.BAD)),
    Column("age", 4, 1, lambda row: Span(coarse(row.age) if row.age else "", Role.DIM), right=True, by=Sort.AGE),
    Column("driver", 14, 5, lambda row: Span(row.driver, Role.DIM)),
)
"""The columns."""
SIDE_BY_SIDE: Table[FleetRow] = Table(
    *TABLE.columns[:2],
    Column("session", 16, 0, lambda row: Span(row.place, Role.ACCENT)),
    *TABLE.columns[2:],
    Column("account/region", 28, 5, lambda row: Span(row.where, Role.DIM)),
)
"""The columns where there are several sessions side by side."""


@lru_cache(maxsize=1024)  # rows are painted again with every move of the cursor
def drawn(table: Table[FleetRow], row: FleetRow, width: int) -> Line:
    """A row as a line of at most `width` cells."""
    return table.draw(row, width)


def title(found: Fleet, sort: Sort, needle: str) -> Line:
    """How many rollouts there are, and in which order."""
    parts = [line(Span(_TITLE, Role.STRONG)), line(f"{sum(row.is_live for row in found.rows)} live")]
    if foreign := sum(row.foreign for row in found.rows):
        parts.append(line(Span(f"{foreign} {_NOT_OURS}", Role.DIM)))
    if needle:
        parts.append(line(Span(f"{sum(not row.is_group for row in found.rows)} of {found.total} match", Role.ACCENT)))
    parts.append(line(Span(f"by {sort}", Role.DIM)))
    return join(parts, Span(" · ", Role.DIM))


def empty(scene: Scene, needle: str) -> Line:
    """What stands where there are no rows."""
    if scene.snapshot is None:
        return line(Span("connecting…", Role.DIM))
    if needle:
        return line(Span("Nothing matches. Words, key:value, and !word to leave out.", Role.DIM))
    return line(Span("No rollout is under way. ", Role.DIM), Span("n", Role.KEY), Span(" starts one.", Role.DIM))


def summary(row: FleetRow | None, scene: Scene, width: int) -> Line:
    """What the rollout under the cursor says for itself, in one line; of a group, what can be done with it."""
    if row and row.is_group:
        starts, back = (key_of(BY_NAME[name], scene) for name in ("new", "roll_back"))
        pairs = (("enter", "shows its waves"), (starts, "starts it"), (back, "rolls all of it back"))
        parts = [line(Span(key, Role.KEY), f" {what}") for key, what in pairs]
        return crop(line(Span(f"group {row.group}  ", Role.DIM), *join(parts, Span("  "))), width)
    if row and row.error:
        again = line(Span(key_of(BY_NAME["refresh"], scene), Role.KEY), " tries again")
        return spread(line(Span(row.error, Role.WARN)), again, width)
    if row is None or scene.live is None or clean(scene.live.rollout.target) != row.target:
        return EMPTY
    reason = clean(scene.live.rollout.reason or scene.live.rollout.judgement.reason)
    said = line(Span("because  ", Role.DIM), reason)
    return crop(said, width) if width_of(said) > width or cells(reason) else EMPTY
