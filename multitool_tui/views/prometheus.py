"""A snapshot in Prometheus's text format (prometheus.io, "Exposition formats", version 0.0.4)."""

from __future__ import annotations

from collections.abc import Iterator

from multitool_tui.controller.snapshot import LiveRollout, Snapshot

_GAUGES = {
    "rollout_weight": "The canary's share of the traffic, 0 to 1, as read back.",
    "rollout_wanted_weight": "The share that the rollout wants.",
    "rollout_state": "1, by the state that the rollout is in.",
    "rollout_harm": "Odds to one that the canary is worse.",
    "rollout_harm_limit": "The odds at which it is rolled back.",
    "rollout_safety": "The canary harms at most one of so many of its requests.",
    "rollout_safety_limit": "Where it is safe.",
    "rollout_requests": "Requests in all judged minutes, by version.",
    "rollout_errors": "Failed requests in all judged minutes, by version.",
    "rollout_evidence_age_seconds": "Age of the latest minute in which the canary served anything.",
    "rollout_trouble": "1 while a change of the target does not come about.",
    "aws_calls_last_minute": "Calls of AWS in the last minute.",
    "feed_age_seconds": "Age of what is polled, by feed.",
}


def exposition(snapshot: Snapshot) -> str:
    """All metrics; label values are escaped."""
    samples: dict[str, list[str]] = {name: [] for name in _GAUGES}
    for live in snapshot.rollouts:
        for name, labels, value in _of(live, snapshot):
            samples[name].append(_sample(name, labels, value))
    samples["aws_calls_last_minute"].append(_sample("aws_calls_last_minute", {}, snapshot.calls_last_minute))
    for feed, state in snapshot.feeds.items():
        if (age := state.age(snapshot.at)) is not None:
            samples["feed_age_seconds"].append(_sample("feed_age_seconds", {"feed": feed.value}, age))
    lines = []
    for name, found in samples.items():
        if found:
            lines += [f"# HELP multitool_{name} {_GAUGES[name]}", f"# TYPE multitool_{name} gauge", *found]
    return "\n".join(lines) + "\n"


def _of(live: LiveRollout, snapshot: Snapshot) -> Iterator[tuple[str, dict[str, str], float]]:
    rollout, judgement = live.rollout, live.rollout.judgement
    labels = {"rollout": rollout.id, "target": rollout.target, "canary": rollout.canary}
    evidence, age = judgement.evidence, rollout.evidence_age(snapshot.at)
    yield "rollout_weight", labels, rollout.weight
    yield "rollout_wanted_weight", labels, rollout.wanted
    yield "rollout_state", {**labels, "state": rollout.state.value, "verdict": judgement.verdict.value}, 1
    yield "rollout_harm", labels, evidence.harm
    yield "rollout_harm_limit", labels, evidence.harm_limit
    yield "rollout_safety", labels, evidence.safety
    yield "rollout_safety_limit", labels, evidence.safety_limit
    for version, counts in (("baseline", judgement.baseline), ("canary", judgement.canary)):
        yield "rollout_requests", {**labels, "version": version}, counts.invocations
        yield "rollout_errors", {**labels, "version": version}, counts.errors
    if age is not None:
        yield "rollout_evidence_age_seconds", labels, age.total_seconds()
    yield "rollout_trouble", labels, float(live.change_trouble is not None)


def _sample(name: str, labels: dict[str, str], value: float) -> str:
    said = ",".join(f'{key}="{_escape(text)}"' for key, text in labels.items())
    return f"multitool_{name}{{{said}}} {value:g}" if said else f"multitool_{name} {value:g}"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
