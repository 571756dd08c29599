"""Named plans: by evidence, or by CodeDeploy's timetables, whose names mean here what they mean there.

Source: AWS CodeDeploy user guide, "Deployment configurations on an AWS Lambda compute platform".
"""

from __future__ import annotations

from datetime import timedelta

from multitool_tui.rollout.plan import Plan, Ramp, Step, parse_steps

ADAPTIVE = "adaptive"
"""The strategy where none is named."""
OWN_STEPS = "own steps"
"""What a plan of the operator's own steps is called."""


def _canary(minutes: int) -> Plan:
    return Plan(f"Canary10Percent{minutes}Minutes", (Step(0.10, timedelta(minutes=minutes)),))


def _linear(minutes: int) -> Plan:
    steps = tuple(Step(tenth / 10, timedelta(minutes=minutes)) for tenth in range(1, 10))
    return Plan(f"Linear10PercentEvery{minutes}Minute{'' if minutes == 1 else 's'}", steps)


STRATEGIES: dict[str, Plan] = {
    plan.strategy: plan
    for plan in (
        Plan(ADAPTIVE, ramp=Ramp()),
        *(_canary(minutes) for minutes in (5, 10, 15, 30)),
        *(_linear(minutes) for minutes in (1, 2, 3, 10)),
        Plan("AllAtOnce"),
    )
}


def named_plan(name: str) -> Plan:
    """The plan of a strategy; CodeDeploy's own long spellings are understood as well.

    Raises:
        ValueError: in one sentence, when no strategy has this name.
    """
    short = name.removeprefix("CodeDeployDefault.").removeprefix("Lambda")
    if short not in STRATEGIES:
        raise ValueError(f"no strategy is called {name!r}: there are {', '.join(STRATEGIES)}, or steps of your own")
    return STRATEGIES[short]


def parse_plan(text: str) -> Plan:
    """The plan of a strategy's name, or of steps like "5%/5m 25%/5m/gate 50%/10m".

    Raises:
        ValueError: in one sentence, when it is neither.
    """
    return Plan(OWN_STEPS, parse_steps(text)) if "/" in text else named_plan(text)
