"""What judging costs: time for a minute, and the state that a rollout keeps."""

from __future__ import annotations

import pickle
from statistics import median
from time import perf_counter

from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.simulation.scenario import Scenario
from multitool_tui.simulation.traffic import World

_MINUTES = 1440


def cost() -> tuple[float, int]:
    """Milliseconds for a minute (the median over a day of canary minutes), and bytes of the judge then."""
    scenario = Scenario(rps=100, base=0.01, minutes=_MINUTES)
    world, judge = World(scenario, seed=1), EvidenceJudge()
    for minute in world.history():
        judge.see_minute(minute)
    took = []
    for t in range(_MINUTES):
        minute = world.minute(t, 0.1, 0.1).minute
        began = perf_counter()
        judge.see_minute(minute)
        took.append(perf_counter() - began)
    return median(took) * 1000, len(pickle.dumps(judge, protocol=5))
