"""Minutes and rollouts worked by hand: the engine against vectors that mpmath made from the definitions."""

from __future__ import annotations

import json
from array import array
from typing import Any

import pytest

from benchmarks.judgement.vectors import FILE, made
from multitool_tui.judgement.dispersion import Dispersion
from multitool_tui.judgement.evidence import Against, EProcess, add_minute, calmness
from multitool_tui.judgement.likelihood import log_factors

VECTORS = json.loads(FILE.read_text(encoding="utf-8"))
_TO_SIX_DIGITS = 1e-6


def test_the_vectors_are_what_their_script_makes() -> None:
    assert made() == FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize("of", VECTORS["minutes"])
def test_a_minute_worked_by_hand(of: dict[str, Any]) -> None:
    noise = Dispersion(float(of["sigma"]), float(of["phi"]))
    expected = [float(each) for each in of["expected"]]
    said = log_factors(of["x1"], of["x0"], float(of["share"]), noise)
    assert said == pytest.approx(expected, rel=_TO_SIX_DIGITS, abs=_TO_SIX_DIGITS)


@pytest.mark.parametrize("of", VECTORS["rollouts"])
def test_a_rollout_worked_by_hand(of: dict[str, Any]) -> None:
    against = Against(Dispersion(float(of["sigma"]), float(of["phi"])), starts=True)
    evidence = EProcess.start(against.end, len(against.levels))
    for minutes in of["blocks"]:
        said = array("d", bytes(8 * against.end))
        for x1, x0, starts in minutes:
            add_minute(said, x1, x0, float(of["share"]), against, starts=starts)
        said.extend(calmness([(VECTORS["requests"], x0) for _, x0, _ in minutes], against))
        evidence = evidence.after(said)
    assert evidence.value(against) == pytest.approx(float(of["expected"]), rel=_TO_SIX_DIGITS)
