"""The top line: whose account this is, and how fresh what one sees is."""

from __future__ import annotations

from datetime import UTC

from multitool_tui.controller.snapshot import FeedName
from multitool_tui.views.numbers import seconds
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import EMPTY, Line, Role, Span, clean, join, line, shorten, spread, width_of

_BETWEEN = Span(" · ", Role.DIM)
_GAP = Span("  ")
_LONGEST = 32
"""So many cells of a name are enough to know it by."""


def header(scene: Scene, width: int, hint: str = "") -> Line:
    """The header, folded to `width`: what matters least goes first, the badges and the account never."""
    name = line(Span(" MultiTool ", Role.LOUD_ACCENT), " ")
    end = line(" ")
    places = _places(scene, hint)
    badges, figures = _badges(scene), _figures(scene)
    # Each fold leaves out a little more, until it fits.
    for left, right in (
        (places, figures[:2]),
        (places, figures[:1]),
        (places[:3], figures[:1]),
        (places[:2], figures[:1]),
        (places[:2], figures[2:]),
        (places[:2], []),
    ):
        start = (*name, *join(left, _BETWEEN))
        finish = (*join([*badges, *right], _GAP), *end)
        if width_of(start) + 2 + width_of(finish) <= width:
            break
    whole = spread(start, finish, width)
    return _loud(whole) if scene.is_production else whole


def _loud(spans: Line) -> Line:
    """The line in the colour of danger from end to end, but for the badges."""
    badges = (Role.LOUD_GOOD, Role.LOUD_WARN, Role.LOUD_PRODUCTION)
    return tuple(Span(text, role if role in badges else Role.LOUD_BAD) for text, role in spans)


def _places(scene: Scene, hint: str) -> list[Line]:
    caller = scene.snapshot.caller if scene.snapshot else None
    if caller is None:
        return [line(Span(clean(hint), Role.DIM))] if hint else []
    places = [line(Span(_name(caller.account), Role.STRONG)), line(Span(_name(caller.region), Role.STRONG))]
    if scene.snapshot and len(scene.snapshot.places) > 1:
        names = [one.name for one in scene.snapshot.places]
        places.append(line(Span(f"{names.index(scene.snapshot.place) + 1} of {len(names)}", Role.ACCENT)))
    if caller.profile:
        places.append(line(Span("profile ", Role.DIM), _name(caller.profile)))
    if caller.endpoint:
        places.append(line(Span(_name(caller.endpoint), Role.DIM)))
    return places


def _name(text: str) -> str:
    return shorten(clean(text), _LONGEST)


def _badges(scene: Scene) -> list[Line]:
    if scene.snapshot is None:
        return []
    badges = []
    if scene.snapshot.past:
        badges.append(line(Span(f" {scene.snapshot.past} ", Role.LOUD_WARN)))
    if scene.snapshot.sandbox is not None:
        scenario = _name(scene.snapshot.sandbox)
        badges.append(line(Span(f" SANDBOX {scenario} " if scenario else " SANDBOX ", Role.LOUD_GOOD)))
    if scene.is_production:
        badges.append(line(Span(" PRODUCTION ", Role.LOUD_PRODUCTION)))
    if scene.snapshot.read_only:
        badges.append(line(Span(" READ-ONLY ", Role.LOUD_WARN)))
    return badges


def _figures(scene: Scene) -> list[Line]:
    """The age of the data, the calls, and the age once more in the fewest words."""
    if scene.snapshot is None:
        return [line(Span("connecting…", Role.DIM))]
    if scene.snapshot.past:
        at = scene.snapshot.at.astimezone(UTC)
        return [line(Span(f"as of {at:%d %b %Y %H:%M:%S} UTC")), EMPTY, line(Span(f"{at:%d %b %H:%M:%S}"))]
    # The target's own feed says how old the numbers are on which one would act; else the latest that was read.
    feeds = [scene.feed(FeedName.TARGET)]
    if feeds[0].fetched_at is None:
        feeds = [scene.feed(name) for name in FeedName]
    ages = [age for feed in feeds if (age := feed.age(scene.now)) is not None]
    stale = any(feed.is_stale(scene.now) for feed in feeds[:1])
    role = Role.WARN if stale else Role.DIM
    old = f"{seconds(min(ages))} old" if ages else ""
    return [
        line(Span(f"data {old}" if old else "no data yet", role)),
        line(Span(f"{scene.snapshot.calls_last_minute} calls/min", Role.DIM)),
        line(Span(old or "no data", role)),
    ]
