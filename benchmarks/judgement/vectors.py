"""Fixed vectors for tests/judgement/test_vectors.py: `python -m benchmarks.judgement.vectors` writes them anew.

Worked with mpmath at 50 digits from the definitions of docs/judgement.md, not by the engine's recursions: the minutes'
likelihood ratios from the densities themselves, the evidence as a sum over all onsets of products over all minutes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mpmath import beta, exp, log, loggamma, mp, mpf, nstr  # type: ignore[import-untyped]

FILE = Path(__file__).parents[2] / "tests" / "judgement" / "vectors.json"
RATIOS = [mpf(r) for r in ("1.1", "1.25", "1.5", "2", "3", "5", "10", "30", "100", "1000")]
MINUTES: tuple[dict[str, Any], ...] = (
    {"x1": 5, "x0": 0, "share": "0.1", "sigma": "0.3", "phi": "1"},
    {"x1": 3, "x0": 9, "share": "0.25", "sigma": "0.3", "phi": "1"},
    {"x1": 12, "x0": 30, "share": "0.1", "sigma": "0.05", "phi": "1"},
    {"x1": 4, "x0": 2, "share": "0.01", "sigma": "1", "phi": "3"},
)
# Of each minute: the canary's failures and the baseline's, and how many of the canary's may be those of starts.
ROLLOUTS: tuple[dict[str, Any], ...] = (
    {"sigma": "0.3", "phi": "1", "share": "0.1", "blocks": [[[3, 0, 3], [3, 0, 0]]]},
    {"sigma": "0.05", "phi": "1", "share": "0.1", "blocks": [[[130, 900, 0]] * 5] * 2},
    {"sigma": "0.05", "phi": "2", "share": "0.25", "blocks": [[[4, 9, 4], [1, 2, 0]], [[6, 3, 0]], [[7, 8, 0]]]},
    {"sigma": "1", "phi": "1", "share": "0.02", "blocks": [[[0, 5, 3]], [[2, 4, 0], [3, 7, 0], [0, 2, 0]]]},
)  # fmt: skip
REQUESTS = 9000  # of the baseline, in each minute


def factors(x1: int, x0: int, share: Any, sigma: Any, phi: Any, allowed: Any = 1) -> list[Any]:
    """Log likelihood ratios of one minute: beta-binomial, r times the odds against what is allowed."""
    k1, k0, least = x1 / phi, x0 / phi, 1 + sigma**2
    kappa = 1 / (share * (1 - share) * sigma**2) - 1

    def density(odds: Any) -> Any:
        a, b = kappa * odds / (1 + odds), kappa / (1 + odds)
        return log(beta(k1 + a, k0 + b) / beta(a, b))

    odds = allowed * share / (1 - share)
    return [density(odds * max(ratio, least)) - density(odds) for ratio in RATIOS]


def mixture(blocks: list[list[list[Any]]], ratios: int) -> Any:
    """The e-value: the mean over the ratios, and over the block of the onset, of the products of all factors since."""
    total = mpf(0)
    for ratio in range(ratios):
        ahead = mpf(1)
        for onset in range(len(blocks)):
            prior = ahead * (mpf("0.2") if onset else mpf("0.5"))
            ahead -= prior
            total += prior * exp(sum(minute[ratio] for block in blocks[onset:] for minute in block))
        total += ahead
    return total / ratios


def calmness(block: list[list[int]], sigma: Any, phi: Any) -> Any:
    """Log of the Dirichlet-multinomial density of the baseline's failures, without what no sigma changes."""
    size = 2 / sigma**2
    total = sum(x0 for _, x0, _ in block) / phi
    if len(block) < 2 or not total:
        return mpf(0)
    spread = loggamma(len(block) * size) - loggamma(len(block) * size + total)
    return spread + sum(loggamma(size + x0 / phi) - loggamma(size) for _, x0, _ in block)


def evidence(rollout: dict[str, Any]) -> Any:
    """The evidence of one stream in which starts may fail: the smallest of all e-values."""
    sigma, phi, share = mpf(rollout["sigma"]), mpf(rollout["phi"]), mpf(rollout["share"])
    blocks, most = rollout["blocks"], log(100)

    def factored(noise: Any, allowed: Any) -> list[list[list[Any]]]:
        return [
            [[min(most, f) for f in factors(x1, x0, share, noise, phi, allowed)] for x1, x0, _ in b] for b in blocks
        ]

    plain = factored(sigma, 1)
    forgiving = [
        [
            [min(f, log(5) * max(0, x1 - c) / phi) if c else f for f in minute[1::2]]
            for (x1, _, c), minute in zip(block, said, strict=True)
        ]
        for block, said in zip(blocks, plain, strict=True)
    ]
    allowing = mixture(forgiving, 5)
    found = min(mixture(plain, 10), max(allowing, 1 + 60 * (allowing - 1)))
    noises = [sigma, *(noise for noise in (mpf("0.4"), mpf(1)) if noise > sigma)]
    spreads = [[calmness(block, noise, phi) for noise in noises] for block in blocks]
    calm = [
        sum(log(mpf("0.9") * exp(block[n]) + mpf("0.1") * exp(block[-1])) for block in spreads)
        for n in range(len(noises))
    ]
    for noise, its in list(zip(noises, calm, strict=True))[1:]:
        under = mixture([[m[1::2] for m in b] for b in factored(noise, exp(noise**2 / 4))], 5)
        calmer = sum(exp(each - its) for each in calm) / len(calm)
        found = min(found, 10 * (calmer + under) / 2)
    return found


def made() -> str:
    """The file."""
    mp.dps = 50
    minutes = [
        {
            **each,
            "expected": [
                nstr(f, 12)
                for f in factors(each["x1"], each["x0"], mpf(each["share"]), mpf(each["sigma"]), mpf(each["phi"]))
            ],
        }
        for each in MINUTES
    ]
    rollouts = [{**each, "expected": nstr(evidence(each), 12)} for each in ROLLOUTS]
    return json.dumps({"requests": REQUESTS, "minutes": minutes, "rollouts": rollouts}, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(made(), encoding="utf-8")
