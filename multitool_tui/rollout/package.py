"""A zip file that is to become the canary."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Package:
    """A deployment package, and what it is to take the place of.

    `function`: whose code it becomes. `path`: absolute. `size`: bytes. `sha256`: of the file, as Lambda's CodeSha256
    has it: in base64. `replaces` is the CodeSha256 of $LATEST when the rollout began, `settings` a digest of all else
    that $LATEST was then: what differs later was changed by somebody else.
    """

    function: str
    path: str
    size: int
    sha256: str
    replaces: str = ""
    settings: str = ""
    newest: str = "0"
    """The number of the newest version when the rollout began: what is published later may be this rollout's."""
    uploaded: bool = False
    """Whether $LATEST is known to have this code, and to be ready to be published."""

    @property
    def name(self) -> str:
        return PurePath(self.path).name
