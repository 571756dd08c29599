"""A rollout as a value: everything that is known of one run of a plan on a target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from multitool_tui.judgement.model import Judgement, Verdict
from multitool_tui.rollout.effects import Change
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.package import Package
from multitool_tui.rollout.plan import Plan, Step
from multitool_tui.rollout.receipts import ENGINE
from multitool_tui.rollout.states import ENDED, State

NOTHING_JUDGED = Judgement(Verdict.UNDECIDED, "No minute has been judged yet.")
"""What is known of a canary before it starts."""


def rollout_id(target: str, since: datetime) -> str:
    """The name of the rollout that began on a target in this second: the same on every machine."""
    return f"{target.replace(':', '-').replace('/', '-')}-{since:%Y%m%dT%H%M%S}"


@dataclass(frozen=True, slots=True)
class Rollout:
    """One run of a plan on a target.

    `weight` is what was last read back from the target, `wanted` what the rollout wants there; they differ while a
    change is `pending`. `canary` is empty until its `package` is published; `code` is the CodeSha256 of the canary,
    empty where it is not known. `step` is the index of the step that applies: -1 before the first, and in a plan
    without steps.
    """

    id: str
    target: str
    baseline: str
    canary: str
    plan: Plan
    package: Package | None = None
    code: str = ""
    state: State = State.PLANNED
    step: int = -1
    weight: float = 0.0
    wanted: float = 0.0
    pending: Change | None = None
    started_at: datetime | None = None
    deadline_at: datetime | None = None
    step_at: datetime | None = None
    """When the present weight was read back: the bake counts from here. None while a change is pending, or held."""
    paused_at: datetime | None = None
    promoted_at: datetime | None = None
    ended_at: datetime | None = None
    gate_passed: bool = False
    smoke_passed: bool | None = None
    """Whether the canary passed its smoke tests; None before, and in a plan without."""
    obstacle: Obstacle | None = None
    held_from: State | None = None
    """What the rollout was doing when it was held."""
    judgement: Judgement = NOTHING_JUDGED
    reason: str = ""
    """Why the rollout is where it is: the latest decision, in one sentence."""
    waiting: str = ""
    """What the rollout is waiting for now, in a few words."""
    actor: str = ENGINE
    """Who took the latest decision."""

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def canary_name(self) -> str:
        """The canary, for people."""
        return f"v{self.canary}" if self.canary else "the new version"

    @property
    def on_target(self) -> bool:
        """Whether the canary has, or is about to have, traffic through this rollout."""
        return not self.ended and self.state is not State.PLANNED

    @property
    def current_step(self) -> Step | None:
        """The step of the plan that applies now; None before the first and for a plan without steps."""
        return self.plan.steps[self.step] if 0 <= self.step < len(self.plan.steps) else None

    @property
    def bake_ends_at(self) -> datetime | None:
        """When the present bake is over, if nothing stops it; None while a change is pending, or held.

        While the rollout is paused, what is left of the bake is counted from `paused_at`.
        """
        if self.state is State.BAKING and self.promoted_at:
            return self.promoted_at + self.plan.bake_after_promote
        if self.step_at is None or self.current_step is None:
            return None
        return self.step_at + self.current_step.bake

    @property
    def at_gate(self) -> bool:
        """Whether the present step has a gate that nobody has passed yet."""
        return bool(self.current_step and self.current_step.gate and not self.gate_passed)

    @property
    def gate_ahead(self) -> bool:
        """Whether an operator has yet to pass a gate, here or at a later step."""
        return self.at_gate or any(step.gate for step in self.plan.steps[self.step + 1 :])

    @property
    def is_harmful(self) -> bool:
        """Whether the latest judgement condemns the canary."""
        return self.judgement.verdict is Verdict.HARMFUL

    def evidence_age(self, at: datetime) -> timedelta | None:
        """How old the latest minute is in which the canary served anything; None when there is none."""
        if self.judgement.seen_to is None:
            return None
        return at - self.judgement.seen_to

    def has_fresh_evidence(self, at: datetime) -> bool:
        """Whether the evidence is young enough, by the plan, to raise a weight on."""
        age = self.evidence_age(at)
        return age is not None and age <= self.plan.analysis.max_age
