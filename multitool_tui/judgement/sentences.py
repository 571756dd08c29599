"""What the evidence says, in one plain sentence for somebody on call."""

from __future__ import annotations

from multitool_tui.words import percent

NOT_SEALED = "No minute with traffic for the canary is sealed yet."


def no_requests(minutes: int) -> str:
    """Neither version was called: nothing is known, of health as little as of harm."""
    return f"No requests at all, to either version, in {_minutes(minutes)}: that is not health."


def too_few(requests: int, enough: int) -> str:
    """The canary is called, but too seldom to be told from the baseline."""
    return f"Too little traffic: the canary has served {_many(requests, 'request')} so far, and {enough:,} are needed."


def not_rested(settling: float) -> str:
    """Nothing is wrong, but requests were not yet timed without new environments. `settling` is in seconds."""
    return f"whether it is slow is known when its weight has rested for {_minutes(round(settling / 60))}"


def unusual(bands: tuple[str, ...]) -> str:
    """An anomaly detector says that this is not how it usually is."""
    return f"held where it is, as CloudWatch finds unusual: {', '.join(bands)}"


def split_broken(wanted: float, canary: int, requests: int) -> str:
    """The share that the canary gets is not the one that was asked for."""
    got = f"{canary:,} of {requests:,} requests" if canary else f"none of {requests:,} requests"
    return f"The canary should get {percent(wanted)} of the traffic but got {got}: the weight is not in effect."


def alarms_fired(names: tuple[str, ...]) -> str:
    """An alarm that went off is hard evidence."""
    return f"{'Alarms' if len(names) > 1 else 'Alarm'} {', '.join(names)} went off after the rollout started."


def metrics_missing(metrics: tuple[str, ...]) -> str:
    """What the plan wants to be judged is not measured of the canary."""
    names = ", ".join(metrics)
    return f"{'metrics' if len(metrics) > 1 else 'metric'} {names} says nothing of the canary, and so it gets no more"


def too_few_of(metric: str, counted: int, enough: int) -> str:
    """The canary is measured, but too seldom."""
    return f"metric {metric} has counted {counted:,} of the canary, and {enough:,} are needed"


def failures(
    failed: int, requests: int, expected: float, evidence: float, what: str = "failed", metric: str = ""
) -> str:
    """What happened beside what was to be expected, without a full stop, and how rare a fluke that would be.

    `evidence` is an e-value: where nothing is wrong it ever gets this large in at most one of so many rollouts.
    `metric`: what counted it, where that is not requests.
    """
    verb = what if failed != 1 or what == "failed" else what.replace("were", "was", 1)
    among = f"{requests:,} in metric {metric}" if metric else _many(requests, "request")
    seen = f"{failed:,} of the canary's {among} {verb}; at the baseline's rate one would expect {_expected(expected)}"
    if evidence < 20:
        return seen
    return f"{seen}; a fluke this large comes at most once in {_rounded(evidence)} rollouts"


def bounded(bound: float) -> str:
    """How much worse the canary may still be."""
    return f"at most {percent(bound, 2 if bound < 0.1 else 0)} of its requests fail because of it"


def _minutes(number: int) -> str:
    return _many(number, "minute")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _expected(value: float) -> str:
    if value < 0.05:
        return "less than 0.1"
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}".removesuffix(".0")


def _rounded(value: float) -> str:
    """Two digits are all that a fluke deserves: 40,000."""
    if value >= 1e9:
        return "a billion"
    return f"{float(f'{value:.2g}'):,.0f}"
