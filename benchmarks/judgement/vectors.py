"""Fixed vectors for tests/judgement/test_likelihood.py, to six digits: `python -m benchmarks.judgement.vectors`.

Worked from the densities themselves with mpmath at 50 digits: the beta-binomial's probability under r over that under
1.
"""

from __future__ import annotations

import sys

from mpmath import beta, log, mp, mpf, nstr  # type: ignore[import-untyped]

RATIOS = ("1.1", "1.25", "1.5", "2", "3", "5", "10", "30", "100", "1000")
CASES = (
    ("5", "0", "0.1", "0.3", "1"),
    ("3", "9", "0.25", "0.3", "1"),
    ("12", "30", "0.1", "0.05", "1"),
    ("4", "2", "0.01", "1", "3"),
)


def vector(x1: str, x0: str, share: str, sigma: str, phi: str) -> list[str]:
    """Log likelihood ratios of one minute."""
    k1, k0, s, variance = mpf(x1) / mpf(phi), mpf(x0) / mpf(phi), mpf(share), mpf(sigma) ** 2
    kappa = 1 / (s * (1 - s) * variance) - 1

    def likelihood(ratio: mpf) -> mpf:
        mean = ratio * s / (ratio * s + 1 - s)
        return log(beta(k1 + kappa * mean, k0 + kappa * (1 - mean)) / beta(kappa * mean, kappa * (1 - mean)))

    return [nstr(likelihood(max(mpf(r), 1 + variance)) - likelihood(mpf(1)), 12) for r in RATIOS]


if __name__ == "__main__":
    mp.dps = 50
    for case in CASES:
        sys.stdout.write(f"    (({', '.join(case)}), [{', '.join(vector(*case))}]),\n")
