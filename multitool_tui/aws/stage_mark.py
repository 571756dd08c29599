"""What a rollout must know of a stage as it was, kept in the stage's description behind the lease.

    [multitool v41>v42 tkq2v0-tkq38s 3f2a81bc adaptive ann@laptop] [checkout abc123>def456 version=41] The owner's words

The function and the alias that is moved on promotion, where there is one (`checkout:live` is called through the alias,
`checkout+live` beside it); the deployment that served before, and the canary's as soon as it is made; the stage
variables that lead to the baseline, or `:` and how the URIs write the version. With that any machine can take the
canary out again, or give back after promotion what was there before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from multitool_tui.aws import lease as leases
from multitool_tui.aws.lease import Lease

LONGEST = 1024
"""Characters of a stage's description: API Gateway documents no limit for REST APIs, and this one for HTTP APIs."""

_NOTE = re.compile(
    r"\[(?P<function>[A-Za-z0-9_-]+)(?:(?P<how>[:+])(?P<alias>[A-Za-z0-9_-]+))? (?P<before>\w+)>(?P<canary>\w*)"
    r"(?P<rest>(?: [^\s\]]+)*)\](?: (?P<owners>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Before:
    """A stage as it was before a rollout, and what the rollout added.

    `alias`: what is moved on promotion; `through`: the stage calls the function through it. `written`: how the URIs
    write the version, where they had to be written anew; else `variables` are the stage variables that say it.
    """

    function: str
    deployment: str
    variables: Mapping[str, str] = field(default_factory=dict)
    written: str = ""
    alias: str | None = None
    through: bool = False
    canary: str = ""
    """The canary's deployment; empty before it is made."""


def write(lease: Lease, before: Before, owners: str) -> str:
    """The description that carries all three.

    Raises:
        leases.NoRoom: together they are longer than a description may be.
    """
    alias = f"{':' if before.through else '+'}{before.alias}" if before.alias else ""
    changes = [f":{before.written}"] if before.written else [f"{k}={v}" for k, v in sorted(before.variables.items())]
    note = " ".join((f"{before.function}{alias}", f"{before.deployment}>{before.canary}", *changes))
    return leases.write(lease, f"[{note}]{f' {owners}' if owners else ''}", LONGEST)


def read(description: str) -> tuple[Lease | None, Before | None, str]:
    """The lease, what it was before, and the owner's own words; None where there is none."""
    lease, rest = leases.read(description)
    match = _NOTE.fullmatch(rest) if lease else None
    if match is None:
        return lease, None, rest
    words = match["rest"].split()
    written = words[0][1:] if words and words[0].startswith(":") else ""
    variables = {} if written else dict(word.partition("=")[::2] for word in words)
    before = Before(
        match["function"],
        match["before"],
        variables,
        written,
        match["alias"],
        match["how"] == ":",
        match["canary"],
    )
    return lease, before, match["owners"] or ""
