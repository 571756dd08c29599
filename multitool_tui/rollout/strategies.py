"""Named plans. CodeDeploy's names mean here what they mean there.

Source: AWS CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform".
"""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.rollout.plan import Step


def _canary(minutes: int) -> tuple[Step, ...]:
    return (Step(0.10, timedelta(minutes=minutes)),)


def _linear(minutes: int) -> tuple[Step, ...]:
    return tuple(Step(tenth / 10, timedelta(minutes=minutes)) for tenth in range(1, 10))


STRATEGIES: dict[str, tuple[Step, ...]] = {
    "Canary10Percent5Minutes": _canary(5),
    "Canary10Percent10Minutes": _canary(10),
    "Canary10Percent15Minutes": _canary(15),
    "Canary10Percent30Minutes": _canary(30),
    "Linear10PercentEvery1Minute": _linear(1),
    "Linear10PercentEvery2Minutes": _linear(2),
    "Linear10PercentEvery3Minutes": _linear(3),
    "Linear10PercentEvery10Minutes": _linear(10),
    "AllAtOnce": (),
}


def strategy_steps(name: str) -> tuple[Step, ...]:
    """The steps of a named strategy; CodeDeploy's own long spellings are understood as well.

    Raises:
        ValueError: in one sentence, when no strategy has this name.
    """
    short = name.removeprefix("CodeDeployDefault.").removeprefix("Lambda")
    if short not in STRATEGIES:
        raise ValueError(f"no strategy is called {name!r}: there are {', '.join(STRATEGIES)}, or steps of your own")
    return STRATEGIES[short]
