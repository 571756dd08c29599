"""Rollouts that are under way, as another shell is shown them: a table, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from multitool_tui.controller.snapshot import LiveRollout
from multitool_tui.rollout.model import Rollout
from multitool_tui.views.numbers import moment
from multitool_tui.views.text import cells, clean, fit, shorten
from multitool_tui.words import percent

_BETWEEN = "  "
_HEADS = ("TARGET", "STATE", "CANARY", "VERDICT", "WAITS FOR", "DRIVER", "WHY")
_WIDEST = (32, 12, 16, 9, 26, 26)
_LEAST_REASON = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """A rollout as it was found `at` a moment of its driver's clock; `place`: account/region, "" where unknown."""

    live: LiveRollout
    at: datetime
    place: str = ""

    @property
    def rollout(self) -> Rollout:
        return self.live.rollout


def version_at_weight(rollout: Rollout) -> str:
    """What a command names as seen: "v42@10%"."""
    return f"{rollout.canary_name}@{percent(rollout.wanted)}"


def status_lines(seen: Sequence[Seen], width: int | None) -> Iterator[str]:
    """The table; cut to `width` cells, whole where that is None."""
    rows = [_cells(each) for each in seen]
    widths = [min(widest, max(cells(row[column]) for row in [_HEADS, *rows])) for column, widest in enumerate(_WIDEST)]
    for row in [_HEADS, *rows]:
        text = _BETWEEN.join([*(fit(cell, wide) for cell, wide in zip(row, widths, strict=False)), row[-1]]).rstrip()
        start = cells(text) - cells(row[-1])
        if width is None or start + _LEAST_REASON <= width:
            yield text if width is None else shorten(text, width)
        else:  # in a narrow terminal the reason has a line of its own
            yield shorten(text[: len(text) - len(row[-1])].rstrip(), width)
            if row is not _HEADS:
                yield shorten(f"    {row[-1]}", width)


def _cells(seen: Seen) -> tuple[str, ...]:
    live, rollout = seen.live, seen.rollout
    driver = live.elsewhere
    who = "" if rollout.ended else "nobody" if driver is None else driver.who
    if driver and not driver.near and not rollout.ended:
        until = moment(driver.until, seen.at)
        who = f"nobody since {until}" if seen.at >= driver.until else f"{who} until {until}"
    waiting, bake_ends = rollout.waiting, rollout.bake_ends_at
    if bake_ends and waiting.startswith("bake") and bake_ends > seen.at:
        waiting += f" until {moment(bake_ends, seen.at)}"
    row = (
        rollout.target,
        rollout.state.value,
        version_at_weight(rollout),
        rollout.judgement.verdict.value,
        waiting,
        who,
        live.change_trouble or rollout.reason,
    )
    return tuple(clean(cell) for cell in row)


def status_document(seen: Seen) -> dict[str, Any]:
    """A rollout as JSON has it. Times are ISO 8601 in UTC, weights are shares (0-1)."""
    live, rollout = seen.live, seen.rollout
    judgement, driver = rollout.judgement, live.elsewhere
    return {
        "rollout": rollout.id,
        "target": rollout.target,
        "place": seen.place or None,
        "baseline": rollout.baseline,
        "canary": rollout.canary,
        "strategy": rollout.plan.strategy,
        "state": rollout.state.value,
        "obstacle": rollout.obstacle and rollout.obstacle.value,
        "weight": rollout.weight,
        "wanted": rollout.wanted,
        "seen": version_at_weight(rollout),
        "step": rollout.step + 1 if rollout.plan.steps else None,
        "steps": len(rollout.plan.steps) or None,
        "at_gate": rollout.at_gate,
        "verdict": judgement.verdict.value,
        "evidence": {
            "harm": judgement.evidence.harm,
            "harm_limit": judgement.evidence.harm_limit,
            "safety": judgement.evidence.safety,
            "safety_limit": judgement.evidence.safety_limit,
        },
        "reason": rollout.reason,
        "waiting": rollout.waiting or None,
        "trouble": live.change_trouble,
        "at": seen.at.isoformat(),
        "started": _time(rollout.started_at),
        "bake_ends": _time(rollout.bake_ends_at),
        "deadline": _time(rollout.deadline_at),
        "ended": _time(rollout.ended_at),
        "driver": None
        if driver is None
        else {"who": driver.who, "near": driver.near, "until": None if driver.near else driver.until.isoformat()},
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
