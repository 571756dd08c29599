"""What the confirmations say: the facts that an operator must have before him, and what he must type, if anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from shlex import quote

from multitool_tui.controller.snapshot import Group
from multitool_tui.judgement.model import Verdict
from multitool_tui.rollout.events import Seen
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State
from multitool_tui.views.actions import BY_NAME, key_of
from multitool_tui.views.glyphs import VERDICTS
from multitool_tui.views.progress import ended_line
from multitool_tui.views.scene import Scene, running
from multitool_tui.views.text import clean
from multitool_tui.words import duration, parse_percent, percent


@dataclass(frozen=True, slots=True)
class Question:
    """A confirmation. With `demand`, the confirming button stays shut until exactly that has been typed."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sentence: str
    confirm: str
    warning: str = ""
    demand: str | None = None


def seen_by(rollout: Rollout) -> Seen:
    """What the operator has before him, for a command to name."""
    return Seen(rollout.id, rollout.wanted, rollout.canary)


def facts(scene: Scene, rollout: Rollout, weight: str) -> tuple[tuple[str, str], ...]:
    """What every dialog about a rollout names: account, target, versions, weight."""
    caller = scene.snapshot.caller if scene.snapshot else None
    where = "unknown"
    if caller:
        where = f"{caller.account} · {caller.region}" + (f" · profile {caller.profile}" if caller.profile else "")
    if scene.snapshot and scene.snapshot.sandbox is not None:
        where += " · sandbox"
    return (
        ("Account", clean(where)),
        ("Target", clean(rollout.target) + (" · PRODUCTION" if rollout.plan.production else "")),
        ("Versions", f"v{rollout.baseline} baseline → {rollout.canary_name} canary"),
        ("Weight", weight),
    )


def promote_question(scene: Scene, rollout: Rollout) -> Question:
    """Ask before promoting. Where the evidence does not carry it, the canary's version number must be typed."""
    if rollout.state is State.BAKING:
        return Question(
            "End the bake after promotion?",
            facts(scene, rollout, "100% already"),
            f"{rollout.canary_name} serves everything. Ending the bake ends the rollout: nothing is judged any more.",
            "End the bake",
        )
    lacking = _lacking(rollout, scene.now)
    return Question(
        f"Promote {rollout.canary_name}?",
        facts(scene, rollout, f"{percent(rollout.weight)} now → 100%"),
        _evidence_sentence(rollout, scene.now),
        "Promote without evidence" if lacking else "Promote",
        lacking,
        rollout.canary if lacking else None,
    )


def _lacking(rollout: Rollout, now: datetime) -> str:
    """Why the evidence does not carry a promotion; empty where it does."""
    if rollout.judgement.seen_to is None:
        return "There is no evidence for the canary."
    if rollout.judgement.verdict is Verdict.HARMFUL:
        return "The evidence says that the canary is harmful."
    if not rollout.has_fresh_evidence(now):
        age = rollout.evidence_age(now)
        limit = duration(rollout.plan.analysis.max_age)
        return f"The evidence is {duration(age) if age else 'too'} old; the plan allows {limit}."
    return ""


def _evidence_sentence(rollout: Rollout, now: datetime) -> str:
    mark = VERDICTS[rollout.judgement.verdict]
    age = rollout.evidence_age(now)
    old = f", {duration(age)} old" if age is not None else ""
    return f"{mark.glyph} {mark.word}{old}: {clean(rollout.judgement.reason)}"


def roll_back_question(scene: Scene, rollout: Rollout) -> Question:
    """Ask before rolling back: the safe direction, so that nothing is demanded."""
    return Question(
        f"Roll back to v{rollout.baseline}?",
        facts(scene, rollout, f"{percent(rollout.weight)} now → 0%"),
        f"v{rollout.baseline} serves everything again, and the rollout ends.",
        "Roll back",
    )


def group_question(scene: Scene, group: Group) -> tuple[Question, tuple[str, ...]] | None:
    """Ask before all of a group is rolled back, and the ids of what would be; None where there is nothing.

    What is promoted already counts where it was promoted by this session.
    """
    snapshot = scene.snapshot
    latest = [live for target in group.targets if snapshot and (live := snapshot.rollout_on(target))]
    under_way = [live.rollout for live in latest if not live.rollout.ended]
    promoted = [live.rollout for live in latest if live.rollout.state is State.PROMOTED and live.elsewhere is None]
    if not under_way and not promoted:
        return None
    account = facts(scene, (under_way or promoted)[0], "")[0]
    told = [(_taken_back(rollout), clean(rollout.target)) for rollout in (*under_way, *promoted)]
    rest = len(group.targets) - len(told)
    after = " No further wave begins." if group.wave is not None else ""
    untouched = f" {rest} not begun, or ended otherwise: left as they are." if rest else ""
    question = Question(
        f"Roll back all of {clean(group.name)}?",
        (account, *((target, what) for what, target in told)),
        "What is under way goes to its baseline at once. What is promoted gets its old version back by a rollout "
        f"of its own.{after}{untouched}",
        "Roll all back",
    )
    return question, tuple(rollout.id for rollout in (*under_way, *promoted))


def _taken_back(rollout: Rollout) -> str:
    if rollout.state is State.PROMOTED:
        return f"promoted: {rollout.canary_name} → v{rollout.baseline} again"
    return f"{percent(rollout.weight)} on {rollout.canary_name} → v{rollout.baseline}"


def weight_facts(scene: Scene, rollout: Rollout) -> tuple[tuple[str, str], ...]:
    """What stands above the field for a weight."""
    return facts(scene, rollout, f"{percent(rollout.wanted)} now")


def check_weight(text: str, rollout: Rollout, now: datetime) -> tuple[float | None, str]:
    """Read a typed weight: the share if it may be set, and a sentence about it either way."""
    if not text.strip():
        return None, "Type a percentage between 0 and 100."
    try:
        weight = parse_percent(text)
    except ValueError as error:
        return None, f"{clean(str(error))}."
    if not 0 < weight < 1:
        return None, "A weight lies between 0% and 100%; promote or roll back for the ends."
    if weight == rollout.wanted:
        return None, f"The weight is {percent(weight)} already."
    if weight < rollout.wanted:
        return weight, f"Lowers the canary from {percent(rollout.wanted)} to {percent(weight)}."
    lacking = _lacking(rollout, now)
    if lacking:
        return None, f"{lacking} The weight can go down, but not up."
    return weight, f"Raises the canary from {percent(rollout.wanted)} to {percent(weight)}."


def leave_lines(scene: Scene) -> tuple[str, ...]:
    """What is live while somebody wants to quit, one line each."""
    return tuple(
        f"{clean(rollout.target)}{f' ({clean(place)})' if place else ''} v{rollout.baseline} → "
        f"{rollout.canary_name}, {rollout.state} at {percent(rollout.weight)}"
        for place, rollout in running(scene.snapshot)
    )


def stop_refused(scene: Scene) -> str | None:
    """Why the process is not to be stopped just like that; None where it may be."""
    targets = ", ".join(clean(rollout.target) for _, rollout in running(scene.snapshot))
    if not targets:
        return None
    return (
        f"{targets}: a stopped process does not watch it, nor roll it back. "
        f"{key_of(BY_NAME['suspend'], scene)} again stops it all the same."
    )


def farewell_to_held(scene: Scene) -> str:
    """What to tell somebody who quit with live rollouts: what stays, and how to come back to it; else nothing."""
    rollouts = [rollout for _, rollout in running(scene.snapshot)]
    if not rollouts or scene.snapshot is None:
        return ""
    named = ", ".join(f"{clean(rollout.target)} at {percent(rollout.weight)}" for rollout in rollouts)
    if scene.snapshot.sandbox is not None:
        return f"Left as it was: {named}. The sandbox ends with this session, and its rollouts with it."
    first = quote(clean(rollouts[0].target))
    ids = rollouts[0].id if len(rollouts) == 1 else "ROLLOUT"
    return (
        f"Held where it is, with nobody watching: {named}. "
        f"`multitool resume {ids}` goes on with it, `multitool rollback {first}` takes it out."
    )


def farewell_to_rolled_back(scene: Scene, ids: tuple[tuple[str, str], ...]) -> str:
    """What to tell somebody who quit and had rollouts rolled back: how each has ended. `ids`: as in `still_running`."""
    everywhere = scene.snapshot.everywhere if scene.snapshot else ()
    return "\n".join(ended_line(live.rollout) for place, live in everywhere if (place, live.rollout.id) in ids)


def still_running(scene: Scene, ids: tuple[tuple[str, str], ...]) -> tuple[list[str], list[str]]:
    """Of the rollouts that are being rolled back: whose targets are still under way, and which are stuck and why.

    `ids`: the session and the id of each.
    """
    under_way, stuck = [], []
    for place, live in scene.snapshot.everywhere if scene.snapshot else ():
        rollout = live.rollout
        if (place, rollout.id) not in ids or rollout.ended:
            continue
        if rollout.state is State.HELD:
            stuck.append(f"{clean(rollout.target)} could not be rolled back: {clean(rollout.reason)}")
        else:
            under_way.append(clean(rollout.target))
    return under_way, stuck
