"""Hooks: what of the operator's own is told of a rollout, and may stop it from going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class When(StrEnum):
    """What a hook is run at."""

    BEFORE_STEP = "before_step"
    """Before the canary is given more traffic: the first weight, each raise, the promotion."""
    AFTER_PROMOTE = "after_promote"
    ON_ROLLBACK = "on_rollback"


@dataclass(frozen=True, slots=True)
class Hook:
    """A command, or a webhook: one of the three.

    `secret_url`, `environment` and the values of `secret_headers` are names of environment variables: of where the
    webhook is, of what the command may see, and of what is sent along. `blocking`: whether a step waits for its
    end, and is not taken when it fails.
    """

    name: str
    when: When
    command: tuple[str, ...] = ()
    url: str = ""
    secret_url: str = ""
    timeout: timedelta = timedelta(seconds=30)
    blocking: bool = True
    environment: tuple[str, ...] = ()
    secret_headers: tuple[tuple[str, str], ...] = ()
