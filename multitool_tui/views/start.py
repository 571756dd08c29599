"""The start of a rollout, before anything is changed: what was typed, what is wrong with it, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from multitool_tui.aws.resources import Alarm, Alias, Reading, Stage
from multitool_tui.controller.commands import Start
from multitool_tui.controller.findings import TRAFFIC, Finding, Level
from multitool_tui.controller.snapshot import Function, Snapshot
from multitool_tui.judgement.model import AlarmState
from multitool_tui.rollout.plan import OnInconclusive, Plan, parse_steps, write_steps
from multitool_tui.rollout.strategies import ADAPTIVE, OWN_STEPS, STRATEGIES
from multitool_tui.views.alarms import ordered
from multitool_tui.views.scene import find_alias, find_function, find_stage, find_target
from multitool_tui.views.text import clean
from multitool_tui.words import StageName, duration, function_in, parse_target, percent

_FIRST_STEPS = "5%/5m 25%/5m 50%/5m"  # what the operator's own begin with

EDITED = "as edited"
"""What a plan is called that was written in an editor."""

FORETELLING = "Looking at what is around, and what this rollout can tell…"
"""What is said until that is known."""

Plans = Mapping[str, tuple[str, Plan]]
"""The manifest's plans: name -> (target, plan)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the dialog holds: text as typed, alarms by name. `version` may be the path of a zip file.

    `accepted`: the firing alarms may fire on. `again`: although it was rolled back before. `text`: the plan as it was
    edited; `edited`: the plan that it says, or `trouble`: what is wrong with it.
    """

    target: str = ""
    version: str = ""
    strategy: str = ADAPTIVE
    steps: str = _FIRST_STEPS
    alarms: tuple[str, ...] = ()
    accepted: bool = False
    again: bool = False
    text: str = ""
    edited: Plan | None = None
    trouble: str = ""

    @property
    def package(self) -> Path | None:
        """The zip file, where that is what is to be released."""
        text = self.version.strip()
        return Path(text).expanduser() if text.casefold().endswith(".zip") else None


@dataclass(frozen=True, slots=True)
class Checked:
    """A draft, looked at: the command if it can be given, else what is in the way, and where."""

    command: Start | None = None
    error: str = ""
    field: str = ""
    summary: str = ""
    warning: str = ""


class _Wrong(Exception):
    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def targets(snapshot: Snapshot) -> list[str]:
    """Every alias and every stage that is known, as a target."""
    aliases = [alias.target for function in snapshot.functions for alias in function.aliases or ()]
    return aliases + [stage.target for one in snapshot.apis for stage in one.stages or ()]


def versions(snapshot: Snapshot, target: str) -> list[str]:
    """The versions that could be the canary there, newest first."""
    found = find_target(snapshot, target)
    function = find_function(snapshot, found.function) if found else None
    known = function.versions if function else None
    return [version for version in reversed(known or ()) if found and version != found.version]


def strategies(plans: Plans, target: str = "", *, edited: bool = False) -> list[str]:
    """The strategies to choose from: what was edited, the manifest's plans for this target, named ones, own steps."""
    here = [name for name, (where, _) in plans.items() if where == target]
    elsewhere = [name for name in plans if name not in here]
    return [
        *([EDITED] if edited else ()),
        *here,
        ADAPTIVE,
        OWN_STEPS,
        *(name for name in STRATEGIES if name != ADAPTIVE),
        *elsewhere,
    ]


def first_draft(snapshot: Snapshot, plans: Plans, target: str | None) -> Draft:
    """What the dialog opens with."""
    return choose_target(Draft(), snapshot, plans, target or "")


def choose_target(draft: Draft, snapshot: Snapshot, plans: Plans, target: str) -> Draft:
    """The draft for another target: its newest version, the manifest's plan for it, and the alarms of its name."""
    candidates = versions(snapshot, target)
    strategy = ADAPTIVE if draft.strategy == EDITED else draft.strategy
    version = candidates[0] if candidates else ""
    edited = replace(draft.edited, behind=None) if draft.edited else None
    moved = replace(draft, target=target, version=version, strategy=strategy, edited=edited)
    named = next((name for name, (where, _) in plans.items() if where == target), None)
    return choose_strategy(moved, snapshot, plans, named or (ADAPTIVE if draft.strategy in plans else draft.strategy))


def choose_strategy(draft: Draft, snapshot: Snapshot, plans: Plans, strategy: str) -> Draft:
    """The draft with another strategy. A plan of the manifest brings its own alarms."""
    if strategy == EDITED and draft.edited:
        alarms = draft.edited.alarms
    elif strategy in plans:
        alarms = plans[strategy][1].alarms
    else:
        found = find_target(snapshot, draft.target)
        function = found.function if found else function_in(draft.target)
        alarms = tuple(alarm.name for alarm in snapshot.alarms if function and function in alarm.name)
    return replace(draft, strategy=strategy, alarms=alarms, accepted=False)


def listed_alarms(snapshot: Snapshot, draft: Draft, needle: str) -> list[Alarm]:
    """The alarms to choose from: the chosen first, then those that the needle finds."""
    wanted = needle.strip().casefold()
    found = [alarm for alarm in ordered(snapshot.alarms) if wanted in alarm.name.casefold()]
    return sorted(found, key=lambda alarm: alarm.name not in draft.alarms)


def firing(snapshot: Snapshot, draft: Draft) -> tuple[str, ...]:
    """The chosen alarms that are in ALARM now: they must be accepted before a start."""
    return tuple(
        alarm.name for alarm in snapshot.alarms if alarm.name in draft.alarms and alarm.state is AlarmState.ALARM
    )


def shown_steps(draft: Draft, plans: Plans) -> str:
    """The steps as the field shows them: editable only for own steps."""
    if draft.strategy == OWN_STEPS:
        return draft.steps
    plan = _chosen(draft, plans)
    if plan and plan.ramp:
        return f"as the evidence affords, at {plan.ramp.budget:g} bad requests at most"
    return write_steps(plan.steps) if plan else ""


def _chosen(draft: Draft, plans: Plans) -> Plan | None:
    """The plan of the strategy's name; None for own steps, and where there is none of that name."""
    if draft.strategy == EDITED:
        return draft.edited
    return plans[draft.strategy][1] if draft.strategy in plans else STRATEGIES.get(draft.strategy)


def plan_text(draft: Draft, plans: Plans) -> str:
    """The plan as TOML to be edited: as it was edited last, or as it is chosen."""
    from multitool_tui.config.plans import with_alarms, write_plan  # needs pydantic

    if draft.strategy == EDITED and draft.text:
        return draft.text if draft.trouble else with_alarms(draft.text, draft.alarms)
    return write_plan(replace(_base(draft, plans), alarms=draft.alarms), clean(draft.target) or "a rollout")


def take_text(draft: Draft, plans: Plans, text: str) -> Draft:
    """The draft with a plan as it was edited, or with what is wrong with that."""
    from multitool_tui.config import ManifestError
    from multitool_tui.config.plans import read_plan

    try:
        plan = read_plan(text, _base(draft, plans))
    except ManifestError as error:
        problem = error.problem
        where = f"line {problem.line}, column {problem.column}: " if problem.line else ""
        trouble = f"The plan, {where}{clean(problem.what)} ^o opens it again, as it is."
        return replace(draft, strategy=EDITED, text=text, edited=None, trouble=trouble)
    return replace(draft, strategy=EDITED, text=text, edited=plan, trouble="", alarms=plan.alarms, accepted=False)


def _base(draft: Draft, plans: Plans) -> Plan:
    """The plan that is chosen; the default one where what is chosen makes no sense."""
    try:
        return _check_plan(draft, plans)
    except _Wrong:
        return STRATEGIES[ADAPTIVE]


def describe(plan: Plan) -> str:
    """A plan in one line, worked out from what it holds."""
    steps = plan.steps
    if plan.ramp:
        return f"by evidence, up to {percent(plan.ramp.max_weight)}"
    if not steps:
        return "All traffic at once; nothing is compared first."
    if len(steps) == 1:
        step = steps[0]
        return f"{percent(step.weight)} for {duration(step.bake)}, then all of it."
    rises = {round(later.weight - earlier.weight, 6) for earlier, later in pairwise(steps)}
    bakes = {step.bake for step in steps}
    if len(rises) == 1 and len(bakes) == 1 and len(steps) > 3:
        (rise,), (bake,) = rises, bakes
        return f"{percent(rise)} more every {duration(bake)}, from {percent(steps[0].weight)} on."
    return " ".join(percent(step.weight) for step in steps) + ", then all of it."


def describe_strategy(draft: Draft, plans: Plans) -> str:
    """What the chosen strategy does; empty where it is not understood."""
    plan = _chosen(draft, plans)
    if plan:
        return describe(plan)
    return "written below" if draft.strategy == OWN_STEPS else ""


def check(draft: Draft, snapshot: Snapshot, plans: Plans) -> Checked:
    """Look at a draft as a whole. Whatever is wrong is said in one sentence, and nothing has been changed."""
    try:
        found = _check_target(draft, snapshot)
        version = _check_version(draft, snapshot, found)
        plan = replace(_check_plan(draft, plans), alarms=draft.alarms)
    except _Wrong as wrong:
        return Checked(error=str(wrong), field=wrong.field)
    summary = _summary(found, clean(draft.package.name) if draft.package else f"v{clean(version)}", plan)
    if plan.production:
        summary = f"PRODUCTION · {summary}"
    warning = "All at once sends all traffic at once; nothing is compared first." if plan.all_at_once else ""
    fires = firing(snapshot, draft)
    if fires and not draft.accepted:
        names = clean(", ".join(fires))
        sentence = f"{names} {'is' if len(fires) == 1 else 'are'} firing: accept that, or do not watch it."
        return Checked(None, sentence, "accept", summary, warning)
    return Checked(
        _start(draft, found, version, replace(plan, accepted_alarms=fires)), summary=summary, warning=warning
    )


def subject(draft: Draft, snapshot: Snapshot, plans: Plans) -> Start | None:
    """The start to ask for what can be said of it; None where it is not understood. Alarms are none of it."""
    try:
        alias = _check_target(draft, snapshot)
        version = _check_version(draft, snapshot, alias)
        return _start(draft, alias, version, replace(_check_plan(draft, plans), alarms=()))
    except _Wrong:
        return None


def _start(draft: Draft, found: Reading, version: str, plan: Plan) -> Start:
    return Start(target=found.target, canary=version, zip=draft.package, plan=plan, again=draft.again)


@dataclass(frozen=True, slots=True)
class Told:
    """What was found of a start, for the dialog. `again`: it was rolled back before, and that stands in its way."""

    text: str
    warning: bool
    again: bool


def told(findings: Sequence[Finding]) -> Told:
    """What matters of it: what is in the way first, what it could tell, and in a word what is not known."""
    lines = [
        f"{glyph} {finding.says}"
        for level, glyph in ((Level.REFUSED, "✖"), (Level.WARNING, "!"))
        for finding in findings
        if finding.level is level
    ]
    lines += [finding.says for finding in findings if finding.about == TRAFFIC and finding.level is Level.OK]
    unknown = dict.fromkeys(finding.about for finding in findings if finding.is_missed)
    lines += [f"? Not known: {', '.join(unknown)}."] if unknown else []
    return Told(
        "\n".join(map(clean, lines)),
        any(finding.level in (Level.REFUSED, Level.WARNING) for finding in findings),
        any(finding.about == "history" and finding.level is Level.REFUSED for finding in findings),
    )


def _check_target(draft: Draft, snapshot: Snapshot) -> Reading:
    target = draft.target.strip()
    if not target:
        raise _Wrong("target", "Choose a target: an alias, like checkout:live, or a stage, like shop/prod.")
    try:
        name = parse_target(target)
    except ValueError as error:
        raise _Wrong("target", f"{clean(str(error))}.") from None
    live = snapshot.rollout_on(target)
    if live and not live.rollout.ended:
        raise _Wrong("target", f"A rollout is live on {clean(target)} already.")
    if isinstance(name, StageName):
        return _check_stage(target, snapshot)
    return _check_alias(target, name.function, name.alias, snapshot)


def _check_stage(target: str, snapshot: Snapshot) -> Stage:
    stage = find_stage(snapshot, target)
    if stage is None:
        loading = "" if snapshot.functions_complete else " yet; the list is still loading"
        raise _Wrong("target", f"No stage is called {clean(target)}{loading}.")
    if stage.canary is not None:
        raise _Wrong("target", f"{clean(target)} has a canary already, not of MultiTool: end that first.")
    if len(stage.functions) > 1:
        names = clean(", ".join(stage.functions))
        raise _Wrong("target", f"{clean(target)} calls several functions ({names}): use multitool run --function.")
    if not stage.version:
        raise _Wrong("target", f"What {clean(target)} calls is being read…")
    return stage


def _check_alias(target: str, name: str, alias_name: str, snapshot: Snapshot) -> Alias:
    function = find_function(snapshot, name)
    if function is None:
        loading = "" if snapshot.functions_complete else " yet; the list is still loading"
        raise _Wrong("target", f"No function is called {clean(name)}{loading}.")
    if function.aliases is None:
        raise _Wrong("target", f"The aliases of {clean(name)} are loading…")
    alias = find_alias(snapshot, target)
    if alias is None:
        there = ", ".join(clean(alias.name) for alias in function.aliases) or "none"
        raise _Wrong("target", f"{clean(name)} has no alias {clean(alias_name)}; it has: {there}.")
    if alias.weights:
        raise _Wrong("target", f"{clean(target)} is weighted already, not by MultiTool: end that first.")
    return alias


def _check_version(draft: Draft, snapshot: Snapshot, found: Reading) -> str:
    if draft.package:
        return ""
    version = draft.version.strip().removeprefix("v")
    function: Function | None = find_function(snapshot, found.function)
    known = function.versions if function else None
    if known is None:
        raise _Wrong("version", f"The versions of {clean(found.function)} are loading…")
    if not version:
        if not versions(snapshot, found.target):
            raise _Wrong("version", f"{clean(found.function)} has no other published version than v{found.version}.")
        raise _Wrong("version", "Choose the version to release, or give the path of a zip file.")
    if version == found.version:
        raise _Wrong("version", f"{clean(found.target)} serves v{version} already.")
    if version not in known:
        raise _Wrong("version", f"{clean(found.function)} has no published version {clean(version)}.")
    return version


def _check_plan(draft: Draft, plans: Plans) -> Plan:
    if draft.strategy == EDITED:
        if draft.edited is None:
            raise _Wrong("strategy", draft.trouble or "Nothing was edited yet: ^o opens the editor.")
        return draft.edited
    if draft.strategy in plans:
        where, plan = plans[draft.strategy]
        if where != draft.target.strip():
            raise _Wrong("strategy", f"The plan {clean(draft.strategy)} is for {clean(where)}.")
        return plan
    if draft.strategy in STRATEGIES:
        return STRATEGIES[draft.strategy]
    if draft.strategy != OWN_STEPS:
        raise _Wrong("strategy", f"No strategy is called {clean(draft.strategy)}; up and down choose one.")
    try:
        return Plan(OWN_STEPS, parse_steps(draft.steps))
    except ValueError as error:
        sentence = clean(str(error))
        raise _Wrong("steps", f"{sentence[0].upper()}{sentence[1:]}.") from None


_OUTCOMES = {
    OnInconclusive.ROLL_BACK: "rolled back",
    OnInconclusive.HOLD: "held",
    OnInconclusive.PROMOTE: "promoted",
}


def _summary(found: Reading, canary: str, plan: Plan) -> str:
    steps = " ".join(percent(step.weight) + (" gate" if step.gate else "") for step in plan.steps)
    if plan.ramp:
        steps = f"as the evidence affords, up to {percent(plan.ramp.max_weight)}"
    return (
        f"v{clean(found.version)} → {canary} on {clean(found.target)} · {steps or 'all at once'} · "
        f"{'at least' if plan.ramp else 'about'} {duration(plan.shortest)} · "
        f"{_OUTCOMES[plan.on_inconclusive]} after {duration(plan.deadline)} without a verdict"
    )
