"""Past rollouts for the tests of the screens that show them."""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.controller.film import Film, rehearsed
from multitool_tui.journal.summaries import Summary
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.strategies import STRATEGIES

from .scenes import CALLER, NOW, TARGET, minutes

_ENDS = (
    ("promoted", "v42 is safe: it harms fewer than one in 200 requests."),
    ("rolled back", "31 of the canary's 1,203 requests failed; at the baseline's rate one would expect 5."),
    ("held", "checkout:live was changed by another hand: it now gives v43 10% of the traffic."),
)


def rows(count: int, place: str = "123456789012/eu-west-1") -> tuple[Summary, ...]:
    """So many rollouts on record, newest first, one an hour."""
    made = []
    for key in range(count, 0, -1):
        state, reason = _ENDS[key % 3]
        began = NOW - timedelta(hours=1 + count - key)
        target = TARGET if key % 2 else f"service-{key:04}:live"
        ended = None if state == "held" else began + timedelta(minutes=32, seconds=key % 60)
        made.append(
            Summary(key, f"r-{key}", place, target, str(key), str(key + 1), "adaptive", state, "ann@laptop", began,
                    ended, reason)
        )  # fmt: skip
    return tuple(made)


def reel(count: int = 32, *, bad: bool = True) -> Film:
    """What would have been decided of the minutes that the other scenes show."""
    plan = STRATEGIES["adaptive"]
    return rehearsed(minutes(bad=bad)[:count], plan, Rollout("r", TARGET, "41", "42", plan), CALLER)
