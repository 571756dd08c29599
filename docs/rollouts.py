"""The pictures of docs/judgement.md: rollouts by the judge as it is, drawn as SVG. `python -m docs.make` writes them.

The traffic is drawn from the standard library's seeded generator, so that the same code draws the same pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, log10
from random import Random
from textwrap import wrap
from xml.sax.saxutils import escape

from multitool_tui.judgement.model import Counts, Minute
from multitool_tui.judgement.settings import DOUBT, HARM_LIMIT
from multitool_tui.rollout.rehearsal import Action, Answer, Rehearsal
from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES

_START = datetime(2026, 1, 5, 10, tzinfo=UTC)
_HISTORY, _LAG = 120, 2  # minutes seen before; minutes until one is seen
_WIDTH, _LEFT, _RIGHT = 760, 74, 20
_PANELS = ((48, 120), (196, 90), (314, 104))  # top and height: failing share, weight, harm
_HEIGHT = 520
_STYLE = (
    "text{font:13px sans-serif;fill:#57606a}.name{font-weight:bold;fill:#24292f}path{fill:none;stroke-width:2}"
    ".axis{stroke:#d0d7de;stroke-width:1}.limit{stroke:#cf222e;stroke-dasharray:5 4;stroke-width:1}"
    ".canary{stroke:#0969da}.baseline{stroke:#8c959f;stroke-dasharray:2 3}.act{stroke:#8250df;stroke-width:1}"
    "text.canary{fill:#0969da;stroke:none}text.act{fill:#8250df;stroke:none}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.name{fill:#f0f6fc}.axis{stroke:#3d444d}"
    ".canary{stroke:#58a6ff}text.canary{fill:#58a6ff}.act{stroke:#a371f7}text.act{fill:#a371f7}}"
)


@dataclass(frozen=True)
class Story:
    """A service of so many requests a minute, and what happens to it.

    `shares`: the failing shares of canary and baseline in a minute. `starts`: failures of the canary in each minute in
    which its weight rises.
    """

    title: str
    requests: int
    shares: Callable[[int], tuple[float, float]]
    minutes: int = 30
    starts: int = 0


@dataclass(frozen=True)
class Point:
    """One minute of a story: what was, and what was answered once it was seen."""

    minute: Minute
    answer: Answer


STORIES = {
    "burst": Story(
        "Both versions fail at once, in three minutes: nobody's fault",
        2400,
        lambda t: (0.3, 0.3) if t in {5, 6, 13} else (0.004, 0.004),
    ),
    "harm": Story("The new version fails three in a hundred more", 2400, lambda _: (0.034, 0.004)),
    "starts": Story("Two of the new environments' requests fail after each raise", 12000, lambda _: (0.0, 0.0), 34, 2),
    "late": Story(
        "One in twenty more, from the thirteenth minute on", 2400, lambda t: (0.054 if t >= 12 else 0.004, 0.004)
    ),
}


def picture(name: str) -> str:
    """The story of this name as an SVG of three panels: failing shares, the canary's weight, and the harm."""
    story = STORIES[name]
    points = _played(story, Random(7))
    parts = [f'<text class="name" x="{_LEFT}" y="20">{escape(story.title)}</text>']
    rates = [
        [counts.errors / counts.invocations if counts and counts.invocations else None for counts in side]
        for side in zip(*((p.minute.canary, p.minute.baseline) for p in points), strict=True)
    ]
    top = max(rate for side in rates for rate in side if rate is not None) or 0.01
    parts += _panel(0, "failing", [(0.0, "0%"), (top, f"{top:.0%}" if top >= 0.1 else f"{top:.1%}")], top)
    parts += [_line(rates[1], 0, top, "baseline"), _line(rates[0], 0, top, "canary")]
    parts += [_label(0, "canary", "canary", 60), _label(0, "baseline (dotted)", "", 0)]
    weights = [_log(p.minute.weight, 0.001, 1.0) for p in points]
    parts += _panel(1, "weight", [(0.0, "0.1%"), (_log(0.01, 0.001, 1.0), "1%"), (_log(0.25, 0.001, 1.0), "25%")], 1.0)
    parts.append(_line(weights, 1, 1.0, "canary"))
    harms = [_log(p.answer.judgement.evidence.harm, 0.1, 1e5) for p in points]
    limits = [(1.0, "1:1"), (DOUBT, f"{DOUBT:.0f}:1"), (HARM_LIMIT, f"{HARM_LIMIT:,.0f}:1")]
    parts += _panel(2, "harm", [(_log(value, 0.1, 1e5), text) for value, text in limits], 1.0)
    parts.append(_level(2, _log(HARM_LIMIT, 0.1, 1e5), "limit"))
    parts += [_line(harms, 2, 1.0, "canary"), *_ends(points)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _played(story: Story, random: Random) -> list[Point]:
    """The closed loop: what is decided on a minute takes effect in the third minute after it."""
    rehearsal = Rehearsal(STRATEGIES[ADAPTIVE])
    share = story.shares(0)[1]
    for t in range(-_HISTORY, 0):
        requests = _poisson(random, story.requests)
        alone = Counts(requests, _poisson(random, requests * share))
        weight = rehearsal.see(Minute(_START + timedelta(minutes=t), 0.0, alone)).weight
    weights, points = [weight] * (_LAG + 1), []
    before = 0.0
    for t in range(story.minutes):
        minute = _minute(story, t, weights[t], before, random)
        before = weights[t]
        answer = rehearsal.see(minute)
        points.append(Point(minute, answer))
        weights.append(answer.weight)
        if answer.action in {Action.ROLL_BACK, Action.PROMOTE}:
            break
    return points


def _minute(story: Story, t: int, weight: float, before: float, random: Random) -> Minute:
    n1, n0 = (_poisson(random, story.requests * share) for share in (weight, 1 - weight))
    one, other = story.shares(t)
    x1 = min(n1, _poisson(random, n1 * one) + (story.starts if weight > before else 0))
    return Minute(_START + timedelta(minutes=t), weight, Counts(n0, _poisson(random, n0 * other)), Counts(n1, x1))


def _poisson(random: Random, mean: float) -> int:
    """A Poisson variable; from a mean of 50 on its normal approximation."""
    if mean >= 50:
        return max(0, round(random.gauss(mean, mean**0.5)))
    number, product, end = 0, random.random(), exp(-mean)
    while product > end:
        number, product = number + 1, product * random.random()
    return number


# Drawing


def _x(t: float) -> float:
    return round(_LEFT + t * (_WIDTH - _LEFT - _RIGHT) / 34, 1)


def _y(panel: int, share: float) -> float:
    top, height = _PANELS[panel]
    return round(top + height * (1 - min(1.0, max(0.0, share))), 1)


def _log(value: float, least: float, most: float) -> float:
    return log10(max(value, least) / least) / log10(most / least)


def _panel(panel: int, name: str, ticks: Sequence[tuple[float, str]], top: float) -> list[str]:
    parts = [f'<text class="name" x="{_LEFT}" y="{_PANELS[panel][0] - 8}">{name}</text>']
    for value, text in ticks:
        y = _y(panel, value / top)
        parts.append(f'<path class="axis" d="M{_LEFT} {y}H{_WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{text}</text>')
    return parts


def _level(panel: int, share: float, kind: str) -> str:
    return f'<path class="{kind}" d="M{_LEFT} {_y(panel, share)}H{_WIDTH - _RIGHT}"/>'


def _label(panel: int, text: str, kind: str, left: int) -> str:
    x = _WIDTH - _RIGHT - 120 - left
    return f'<text class="{kind}" x="{x}" y="{_PANELS[panel][0] - 8}">{text}</text>'


def _line(values: Sequence[float | None], panel: int, top: float, kind: str) -> str:
    drawn = [(t, value) for t, value in enumerate(values) if value is not None]
    return f'<path class="{kind}" d="M' + "L".join(f"{_x(t)} {_y(panel, value / top)}" for t, value in drawn) + '"/>'


def _ends(points: Sequence[Point]) -> list[str]:
    """What was decided last, and why; and the minutes along the time axis."""
    last, t = points[-1].answer, len(points) - 1
    done = {Action.ROLL_BACK: "rolled back", Action.PROMOTE: "promoted"}.get(last.action, "goes on")
    failed = sum(point.minute.canary.errors for point in points if point.minute.canary)
    top, bottom = _PANELS[0][0], _PANELS[2][0] + _PANELS[2][1]
    side = "end" if t > 17 else "start"
    parts = [
        f'<path class="act" d="M{_x(t)} {top}V{bottom}"/>',
        f'<text class="act" x="{_x(t)}" y="{bottom + 40}" text-anchor="{side}">{done} after {t + 1} minutes</text>',
        *(f'<text x="{_x(at)}" y="{bottom + 18}" text-anchor="middle">{at}</text>' for at in range(0, 35, 5)),
        f'<text x="4" y="{bottom + 18}">minute</text>',
    ]
    said = f"{last.reason} In all, {failed} of the canary's requests failed."
    parts += [f'<text x="4" y="{bottom + 64 + 16 * n}">{escape(one)}</text>' for n, one in enumerate(wrap(said, 116))]
    return parts
