"""The cells that are measured. The second suite was written before anybody tuned on it, and nobody may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from multitool_tui.simulation.scenario import Harm, Scenario


@dataclass(frozen=True)
class Cell:
    """One cell: what `disturbance` the service has, how it is `harmed` ("good" where it is not), and all of it."""

    suite: str
    disturbance: str
    harmed: str
    scenario: Scenario

    @property
    def good(self) -> tuple[str, float, float]:
        """What it has in common with the cell of the same service with a good version."""
        return self.disturbance, self.scenario.rps, self.scenario.base

    @property
    def title(self) -> str:
        """All of it in a few words."""
        return f"{self.disturbance}, {self.harmed}, {self.scenario.rps:g}/s, base {self.scenario.base:.2%}"


@dataclass(frozen=True)
class Suite:
    """All cells, and which disturbances are which.

    `shown`: none at first, then noise that the history shows too, or that hits both versions; `heavy`: shown, but so
    large that a small harm drowns; `unshown`: noise of which the history knows nothing. `columns` and `example`
    (requests a second, base rate) are what the table beside the peers is about.
    """

    name: str
    shown: tuple[str, ...]
    heavy: tuple[str, ...]
    unshown: tuple[str, ...]
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    example: tuple[float, float]
    cells: tuple[Cell, ...]


_FIRST: dict[str, tuple[dict[str, Any], ...]] = {
    "plain": (),
    "bursts": ({"kind": "bursts"},),
    "noise": ({"kind": "noise", "size": 0.3},),
    "ramps": ({"kind": "swing", "of": "traffic", "size": 1.0, "period": 44},),
    "straddled": ({"kind": "straddled"},),
    "clusters": ({"kind": "clusters", "size": 3},),
    "drift": ({"kind": "swing", "of": "errors", "size": 0.8, "period": 126},),
    "heavy noise": ({"kind": "noise", "size": 0.6},),
    "hidden noise": ({"kind": "noise", "size": 0.6, "since": 0},),
}
_FIRST_HARMS = {f"+{share:.0%}": Harm(share=share) for share in (0.01, 0.05, 0.95)}
_SLOW_BURN = {"+5% after 10m": Harm(share=0.05, onset=10)}

_SECOND: dict[str, tuple[dict[str, Any], ...]] = {
    "steady": (),
    "day and weekend": (
        {"kind": "swing", "of": "traffic", "size": 1.5, "period": 1440},
        {"kind": "swing", "of": "errors", "size": 0.4, "period": 1440},
        {"kind": "step", "of": "traffic", "at": 10, "factor": 5},
    ),
    "cron 5m": ({"kind": "spikes", "every": 5, "traffic": 6, "errors": 3},),
    "cron 15m": ({"kind": "spikes", "every": 15, "traffic": 10, "errors": 10},),
    "idle minutes": ({"kind": "idle", "on": 3, "off": 5},),
    "retry storms": ({"kind": "retries", "times": 2}, {"kind": "bursts", "share": 0.05, "factor": 15}),
    "correlated noise": ({"kind": "noise", "size": 0.25, "memory": 0.7},),
    "shared random walk": ({"kind": "noise", "size": 0.8, "memory": 0.95, "versions": "together"},),
    "heavy-tailed bursts": ({"kind": "bursts", "share": 0.15, "factor": 2, "at_least": 0, "tail": 1.2},),
    "poison": ({"kind": "poison", "an_hour": 12, "times": 5},),
    "cold failures": ({"kind": "cold", "failures": 1},),
    "late and missing": ({"kind": "gaps", "late": 0.25, "missing": 0.1},),
    "base steps up": ({"kind": "step", "of": "errors", "at": 7, "factor": 5},),
    "base steps down": ({"kind": "step", "of": "errors", "at": 7, "factor": 0.2},),
    "everything": (
        {"kind": "swing", "of": "traffic", "size": 0.7, "period": 30},
        {"kind": "noise", "size": 0.2},
        {"kind": "bursts", "share": 0.08, "factor": 8, "at_least": 0, "tail": 2},
        {"kind": "clusters", "size": 2},
        {"kind": "straddled"},
        {"kind": "gaps", "late": 0.15, "missing": 0.05},
    ),
    "large noise": ({"kind": "noise", "size": 0.5, "memory": 0.3},),
    "canary's noise": ({"kind": "noise", "size": 0.4, "versions": "canary"},),
    "growing noise": ({"kind": "noise", "size": 0.5, "since": 0, "growth": 20},),
}
_SECOND_HARMS = {"+2%": Harm(share=0.02), "+10%": Harm(share=0.1), "+80%": Harm(share=0.8)}
_SHAPES = {
    "grows to +5% in 30m": Harm(share=0.05, growth=30),
    "+10% each third minute": Harm(share=0.1, every=3),
    "+10% above 5% weight": Harm(share=0.1, above=0.05),
    "+8% after 12m": Harm(share=0.08, onset=12),
}
_HARMED_TOO = ("cron 5m", "idle minutes", "retry storms", "correlated noise", "late and missing", "everything",
               "large noise")  # fmt: skip


def first() -> Suite:
    """The traffic that the engine was tuned on: 1 to 1000 requests a second, base 0 to 5%."""
    cells = []
    for rps in (1.0, 10.0, 100.0, 1000.0):
        for base in (0.0, 0.001, 0.01, 0.05):
            cells += [_cell("first", _FIRST, name, rps, base, "good", Harm()) for name in _FIRST]
            for harmed, harm in _FIRST_HARMS.items():
                cells += [_cell("first", _FIRST, name, rps, base, harmed, harm) for name in ("plain", "heavy noise")]
            cells += [_cell("first", _FIRST, "plain", rps, base, *each) for each in _SLOW_BURN.items()]
    shown = ("plain", "bursts", "noise", "ramps", "straddled", "clusters", "drift")
    columns = (("plain", ("plain",)), ("bursts", ("bursts",)), ("noise", ("noise", "heavy noise")))
    return Suite("first", shown, ("heavy noise",), ("hidden noise",), columns, (100.0, 0.001), tuple(cells))


def second() -> Suite:
    """Traffic and noise that the engine has not seen: 3 to 300 requests a second, base 0.02 to 3%."""
    cells = []
    for rps in (3.0, 30.0, 300.0):
        for base in (0.0002, 0.003, 0.03):
            cells += [_cell("second", _SECOND, name, rps, base, "good", Harm()) for name in _SECOND]
            for harmed, harm in _SECOND_HARMS.items():
                cells += [_cell("second", _SECOND, name, rps, base, harmed, harm) for name in ("steady", *_HARMED_TOO)]
            cells += [_cell("second", _SECOND, "steady", rps, base, *each) for each in _SHAPES.items()]
    heavy, unshown = ("large noise",), ("canary's noise", "growing noise", "cold failures")
    shown = tuple(name for name in _SECOND if name not in (*heavy, *unshown))
    columns = (
        ("steady", ("steady",)),
        ("bursts", ("heavy-tailed bursts", "retry storms", "cron 15m", "base steps up")),
        ("noise", ("correlated noise", "large noise")),
    )
    return Suite("second", shown, heavy, unshown, columns, (300.0, 0.003), tuple(cells))


_DEVELOPMENT: dict[str, tuple[dict[str, Any], ...]] = {
    "calm": (),
    "rare bursts": ({"kind": "bursts", "share": 0.03, "factor": 40, "tail": 3},),
    "sticky noise": ({"kind": "noise", "size": 0.35, "memory": 0.5},),
    "clusters of 5": ({"kind": "clusters", "size": 5},),
    "very late": ({"kind": "gaps", "late": 0.4, "missing": 0.08},),
    "half idle": ({"kind": "idle", "on": 2, "off": 2},),
    "slow wave": (
        {"kind": "swing", "of": "traffic", "size": 0.9, "period": 70},
        {"kind": "swing", "of": "errors", "size": 0.6, "period": 33},
    ),
    "all at once": (
        {"kind": "swing", "of": "traffic", "size": 1.0, "period": 50},
        {"kind": "noise", "size": 0.25, "memory": 0.3},
        {"kind": "bursts", "share": 0.06, "factor": 10, "at_least": 0, "tail": 2.5},
        {"kind": "clusters", "size": 3},
        {"kind": "straddled"},
        {"kind": "gaps", "late": 0.2, "missing": 0.04},
    ),
    "wild": ({"kind": "noise", "size": 0.55, "memory": 0.6},),
    "two starts": ({"kind": "cold", "failures": 2},),
    "starts in two minutes": ({"kind": "cold", "failures": 1.2, "minutes": 2},),
    "noise later": ({"kind": "noise", "size": 0.7, "since": 6, "growth": 6},),
    "canary alone": ({"kind": "noise", "size": 0.5, "memory": 0.4, "versions": "canary"},),
}
_DEVELOPMENT_HARMS = {"+1.5%": Harm(share=0.015), "+7%": Harm(share=0.07), "+60%": Harm(share=0.6)}
_DEVELOPMENT_SLOW_BURN = {"+6% after 15m": Harm(share=0.06, onset=15)}


def development() -> Suite:
    """What may be tuned on beside the first suite, and was: other shapes, and starts that fail."""
    cells = []
    for rps in (2.0, 20.0, 500.0):
        for base in (0.0005, 0.005, 0.02):
            cells += [_cell("development", _DEVELOPMENT, name, rps, base, "good", Harm()) for name in _DEVELOPMENT]
            for harmed, harm in _DEVELOPMENT_HARMS.items():
                cells += [
                    _cell("development", _DEVELOPMENT, name, rps, base, harmed, harm)
                    for name in ("calm", "wild", "two starts")
                ]
            cells += [
                _cell("development", _DEVELOPMENT, "calm", rps, base, *each) for each in _DEVELOPMENT_SLOW_BURN.items()
            ]
    heavy, unshown = ("wild",), ("two starts", "starts in two minutes", "noise later", "canary alone")
    shown = tuple(name for name in _DEVELOPMENT if name not in (*heavy, *unshown))
    columns = (("calm", ("calm",)), ("bursts", ("rare bursts",)), ("noise", ("sticky noise", "wild")))
    return Suite("development", shown, heavy, unshown, columns, (500.0, 0.005), tuple(cells))


SUITES = {"first": first, "second": second, "development": development}
BOTH = ("first", "second")
"""What is reported."""


def _cell(
    suite: str,
    kinds: dict[str, tuple[dict[str, Any], ...]],
    name: str,
    rps: float,
    base: float,
    harmed: str,
    harm: Harm,
) -> Cell:
    scenario = Scenario.model_validate({"rps": rps, "base": base, "harm": harm, "disturbance": kinds[name]})
    return Cell(suite, name, harmed, scenario)
