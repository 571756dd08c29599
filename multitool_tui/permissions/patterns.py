"""Wildcards as IAM reads them: `*` for any characters, `?` for one.

Sources: IAM user guide, "IAM JSON policy elements: Action", "... Resource", and "... Condition operators".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

_ARN_PARTS = 6


def like(pattern: str, text: str) -> bool:
    """Whether `text` is like `pattern`, case and all."""
    return _wild(pattern).fullmatch(text) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """Whether each of the six parts of `arn` is like that of `pattern`: ArnLike and ArnEquals, which are the same."""
    parts, wanted = arn.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1)
    return len(parts) == len(wanted) == _ARN_PARTS and all(map(like, wanted, parts))


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """What stands in a Resource element: `*`, or an ARN with wildcards."""

    text: str

    def covers(self, other: str | ArnPattern) -> bool:
        """Whether it matches `other`: an ARN, or every ARN that another pattern matches.

        A `*` at the end of a segment goes on beyond the colon, any other stays within its segment. Missing segments
        of an incomplete ARN are wildcards.
        """
        return _arn(self.text).fullmatch(other.text if isinstance(other, ArnPattern) else other) is not None

    def overlaps(self, other: str | ArnPattern) -> bool:
        """Whether some ARN matches both."""
        if not isinstance(other, ArnPattern):
            return self.covers(other)
        mine, theirs = _complete(self.text), _complete(other.text)
        if _has_account(mine) and _has_account(theirs):
            return all(map(_overlap, mine.split(":", _ARN_PARTS - 1), theirs.split(":", _ARN_PARTS - 1)))
        return _overlap(mine, theirs)


@cache
def _wild(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), re.DOTALL)


@cache
def _arn(pattern: str) -> re.Pattern[str]:
    pattern = _complete(pattern)
    written = []
    for char, following in zip(pattern, pattern[1:] + ":", strict=True):
        if char == "*":
            written.append(".*" if following == ":" else "[^:]*")
        else:
            # One character is less than all that another pattern's `*` stands for.
            written.append("[^:*]" if char == "?" else re.escape(char))
    return re.compile("".join(written), re.DOTALL)


def _complete(pattern: str) -> str:
    return pattern if pattern == "*" else pattern + ":*" * (_ARN_PARTS - 1 - pattern.count(":"))


def _has_account(pattern: str) -> bool:
    """Whether its fifth part is an account's: no `*` before it stands for more than its own segment."""
    parts = pattern.split(":", _ARN_PARTS - 1)
    return len(parts) == _ARN_PARTS and not parts[4].strip("0123456789*?")


def _overlap(one: str, other: str) -> bool:
    """Whether some text is like both patterns. Colons are not minded: it may say yes too often, never no."""
    # reached[j]: some text is like what was read of `one` so far and like the first j characters of `other`.
    reached = [True, *(not other[: j + 1].strip("*") for j in range(len(other)))]
    for mine in one:
        before, reached = reached, [reached[0] and mine == "*"]
        for j, theirs in enumerate(other):
            if "*" in (mine, theirs):
                reached.append(before[j + 1] or reached[j])
            else:
                reached.append(before[j] and (mine == theirs or "?" in (mine, theirs)))
    return reached[-1]
