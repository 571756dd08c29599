"""What is often written by hand: a significance test, looked at every minute."""

from __future__ import annotations

from multitool_tui.simulation.policies.base import Timetable

_STEPS = ((0.10, 15),)
_SIGNIFICANT = 3.841  # of chi-square with one degree of freedom, at 0.05


class ChiSquare(Timetable):
    """Pearson's chi-square test of all requests so far, p < 0.05 and the canary worse; fifteen minutes at 10%."""

    def __init__(self) -> None:
        super().__init__(_STEPS)

    def is_bad(self) -> bool:
        """Whether the difference is significant at this look."""
        n1, x1, n0, x0 = (sum(column) for column in zip(*self.seen, strict=True))
        both, all_requests = x1 + x0, n1 + n0
        if not n1 or not n0 or both in (0, all_requests) or x1 * n0 <= x0 * n1:
            return False
        rate = both / all_requests
        statistic: float = (x1 / n1 - x0 / n0) ** 2 / (rate * (1 - rate) * (1 / n1 + 1 / n0))
        return statistic > _SIGNIFICANT
