"""Our engine, and what others do, each as a `Decider`. Peers at their documented defaults."""

from __future__ import annotations

from benchmarks.judgement.traffic import Decider
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import Minute, Verdict
from multitool_tui.judgement.ramp import worth_a_move

_MAX = 0.25


class Ours(Decider):
    """The engine with its ramp."""

    def __init__(self) -> None:
        self._judge = EvidenceJudge()
        self._weight = 0.0

    def first(self, history: list[Minute]) -> float:
        for minute in history:
            said = self._judge.see_minute(minute)
        self._weight = said.weight_afforded or 0.0
        return self._weight

    def see(self, minute: Minute) -> float:
        said = self._judge.see_minute(minute)
        if said.verdict is not Verdict.UNDECIDED:
            return 0.0 if said.verdict is Verdict.HARMFUL else 1.0
        afforded = said.weight_afforded or self._weight
        if worth_a_move(self._weight, afforded, _MAX):
            self._weight = afforded
        return self._weight


class _Timetable(Decider):
    """Weights by the minute; promoted at the end unless `is_bad` says so before."""

    weights: tuple[tuple[float, int], ...] = ()

    def __init__(self) -> None:
        self._seen: list[tuple[int, int, int, int]] = []
        self._times = [weight for weight, minutes in self.weights for _ in range(minutes)]

    def first(self, history: list[Minute]) -> float:  # noqa: ARG002 - none of them reads history
        return self._times[0]

    def see(self, minute: Minute) -> float:
        one, other = minute.canary, minute.baseline
        self._seen.append(
            (one.invocations if one else 0, one.errors if one else 0,
             other.invocations if other else 0, other.errors if other else 0)
        )  # fmt: skip
        if self.is_bad():
            return 0.0
        return self._times[len(self._seen)] if len(self._seen) < len(self._times) else 1.0

    def is_bad(self) -> bool:
        raise NotImplementedError


class CodeDeployAnyError(_Timetable):
    """CodeDeploy Canary10Percent5Minutes; the alarm of SAM's examples: Errors of the alias >= 1 in one minute.

    Source: CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform".
    """

    weights = ((0.10, 5),)

    def is_bad(self) -> bool:
        n1, x1, _, x0 = self._seen[-1]
        return n1 > 0 and x1 + x0 >= 1


class CodeDeployRate(CodeDeployAnyError):
    """The same with an alarm on the alias's error rate >= 1%, two of three minutes."""

    def is_bad(self) -> bool:
        return sum((x1 + x0) >= 0.01 * max(1, n1 + n0) for n1, x1, n0, x0 in self._seen[-3:]) >= 2


class ArgoRollouts(_Timetable):
    """Argo Rollouts: success rate of the canary >= 95% each minute, failureLimit 0; 20/40/60/80, five minutes each.

    Source: Argo Rollouts documentation, "Analysis & Progressive Delivery" (the success-rate template).
    """

    weights = ((0.2, 5), (0.4, 5), (0.6, 5), (0.8, 5))

    def is_bad(self) -> bool:
        n1, x1, _, _ = self._seen[-1]
        return n1 > 0 and x1 > 0.05 * n1


class Flagger(_Timetable):
    """Flagger: request success rate of the canary >= 99%, threshold 5 failed checks, 10% to 50% by 10, interval 1m.

    Source: Flagger documentation, "How it works": canary analysis.
    """

    weights = ((0.1, 1), (0.2, 1), (0.3, 1), (0.4, 1), (0.5, 1))

    def __init__(self) -> None:
        super().__init__()
        self._failed = 0
        self._step = 0

    def see(self, minute: Minute) -> float:
        one = minute.canary
        if one and one.errors > 0.01 * one.invocations:
            self._failed += 1
        else:
            self._step += 1
        if self._failed >= 5:
            return 0.0
        return self._times[self._step] if self._step < len(self._times) else 1.0


class ChiSquare(_Timetable):
    """Pearson's chi-square at every look, p < 0.05 and the canary worse; 10% for fifteen minutes."""

    weights = ((0.10, 15),)

    def is_bad(self) -> bool:
        n1, x1, n0, x0 = (sum(column) for column in zip(*self._seen, strict=True))
        both = x1 + x0
        if not n1 or not n0 or not both or both == n1 + n0 or x1 * n0 <= x0 * n1:
            return False
        rate = both / (n1 + n0)
        return bool((x1 / n1 - x0 / n0) ** 2 / (rate * (1 - rate) * (1 / n1 + 1 / n0)) > 3.841)


POLICIES: dict[str, type[Decider]] = {
    "ours": Ours,
    "codedeploy any error": CodeDeployAnyError,
    "codedeploy 1% 2 of 3": CodeDeployRate,
    "argo rollouts": ArgoRollouts,
    "flagger": Flagger,
    "chi-square": ChiSquare,
}
