"""The lease on a target: a mark in its description that says who drives a rollout there, and until when.

    [multitool v41>v42 tkq2v0-tkq38s 3f2a81bc adaptive ann@laptop] The owner's own words

The target is the only thing that every machine sees, and its description the only place on it for a mark. The owner's
words stay in it as they are where there is room, packed where there is not, and are given back at the end.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LONGEST = 256
"""Characters of an alias description (Lambda API reference, UpdateAlias), counted as UTF-16 units to be safe."""
DURATION = timedelta(minutes=5)
"""How long a driver holds a target without renewing its lease."""
RENEWAL = timedelta(minutes=2)
"""How old a driver lets its lease become."""

BEHIND = "BehindStage"
"""The strategy in the mark of an alias that goes with a stage, whose target is the mark's name."""

_MARK = re.compile(
    r"\[multitool v(?P<baseline>\d{1,20})>(?:v(?P<canary>\d{1,20})|zip)"
    r" (?P<since>[0-9a-z]{1,9})-(?P<until>[0-9a-z]{1,9}) (?P<driver>[0-9a-f]{8})"
    r" (?P<strategy>[A-Za-z0-9]*) ?(?P<name>[^\s\[\]]*)\](?P<packed>~?)(?: (?P<text>.*))?",
    re.DOTALL,
)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# The CJK block has room for 14 bits a character; all of it is one UTF-16 unit, and no normalization changes it.
_BITS, _FIRST = 14, 0x4E00


class NoRoom(ValueError):
    """The owner's description is too long to share its place with a lease."""

    def __init__(self, over: int) -> None:
        super().__init__(f"{over} characters too many")
        self.over = over


@dataclass(frozen=True, slots=True)
class Lease:
    """Who drives which rollout, and until when. Times are whole seconds.

    `canary` is empty, and "zip" in the mark, until the rollout has published it.
    `driver`: eight hexadecimal digits, of one process and one rollout. `strategy`: the plan's, where it has a plain
    name. `name`: user@host, as far as there was room for it.
    """

    baseline: str
    canary: str
    since: datetime
    until: datetime
    driver: str
    strategy: str = ""
    name: str = ""

    def is_over(self, now: datetime) -> bool:
        """Whether the driver has let it run out."""
        return now >= self.until

    @property
    def who(self) -> str:
        """The driver, for people."""
        return self.name or f"driver {self.driver}"


def write(lease: Lease, owners: str, longest: int = LONGEST) -> str:
    """The description, of at most `longest` characters, that carries the lease and the owner's own words.

    Raises:
        NoRoom: both together are longer than a description may be.
    """
    since, until = (_base36(int(moment.timestamp())) for moment in (lease.since, lease.until))
    strategy = lease.strategy if re.fullmatch(r"[A-Za-z0-9]{1,28}", lease.strategy) else ""
    canary = f"v{lease.canary}" if lease.canary else "zip"
    mark = f"multitool v{lease.baseline}>{canary} {since}-{until} {lease.driver} {strategy}"
    name = re.sub(r"[^\x21-\x7e]|[\[\]]", "", lease.name)
    for text in ((f"] {owners}" if owners else "]"), f"]~ {_pack(owners)}"):
        room = longest - _units(f"[{mark}{text}")
        if room >= 0:
            return f"[{mark}{f' {name}'[:room].rstrip()}{text}"
    raise NoRoom(-room)


def read(description: str) -> tuple[Lease | None, str]:
    """The lease in a description, None where there is none, and the owner's own words."""
    match = _MARK.fullmatch(description)
    if match is None:
        return None, description
    try:
        since, until = (datetime.fromtimestamp(int(match[part], 36), UTC) for part in ("since", "until"))
        text = match["text"] or ""
        owners = _unpack(text) if match["packed"] else text
    except (ValueError, OverflowError, OSError, zlib.error):
        return None, description
    lease = Lease(
        match["baseline"], match["canary"] or "", since, until, match["driver"], match["strategy"], match["name"]
    )
    return lease, owners


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _pack(text: str) -> str:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = text.encode("utf-8", "surrogatepass")
    squeezed = squeeze.compress(data) + squeeze.flush()
    # A leading 1 keeps the zeros that follow it; the bit after it says which of the two was shorter.
    best, is_squeezed = (squeezed, 1) if len(squeezed) < len(data) else (data, 0)
    number = int.from_bytes(bytes([2 | is_squeezed]) + best)
    packed = ""
    while number:
        number, rest = divmod(number, 1 << _BITS)
        packed = chr(_FIRST + rest) + packed
    return packed


def _unpack(packed: str) -> str:
    number = 0
    for character in packed:
        rest = ord(character) - _FIRST
        if not 0 <= rest < 1 << _BITS:
            raise ValueError("not packed here")
        number = number << _BITS | rest
    data = number.to_bytes((number.bit_length() + 7) // 8)
    if not data or data[0] not in (2, 3):
        raise ValueError("not packed here")
    plain = zlib.decompress(data[1:], -15) if data[0] == 3 else data[1:]
    return plain.decode("utf-8", "surrogatepass")
