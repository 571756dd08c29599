"""What is set on a function, a version or an alias beside its configuration. Bodies are as they are answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]


@dataclass
class Settings:
    """Those of one qualifier. `policy`: the statements of the resource policy, by id."""

    policy: dict[str, Body] = field(default_factory=dict)
    policy_revision: str = ""
    url: Body | None = None
    event_invoke: Body | None = None
    runtime_management: Body | None = None


@dataclass
class EventSourceMapping:
    """A mapping, and the state that it is in until `settles_at` (epoch seconds), and after; None: it is gone then."""

    body: Body
    state: str
    settles_at: float
    then: str | None

    def seen(self, now: float) -> Body | None:
        """The mapping as it is read at `now`; None when it is gone."""
        state = self.state if now < self.settles_at else self.then
        return None if state is None else self.body | {"State": state}
