"""A typeface of three by five pixels: each octal digit is one row, from the top."""

from __future__ import annotations

WIDTH, HEIGHT = 3, 5
_UNKNOWN = "71202"
# A character, the octal digits of its rows, and a space.
_TEXT = (
    " 00000 .00002 ,00024 :02020 -00700 _00007 %51245 /11244 (12221 )42224 +02720 =07070 "
    "#57575 '22000 *52725 075557 126227 271747 371717 455711 574717 674757 771244 875757 "
    "975717 A25755 B65656 C34443 D65556 E74647 F74644 G34553 H55755 I72227 J11152 K55655 "
    "L44447 M57755 N65555 O25552 P65644 Q25563 R65655 S34216 T72222 U55557 V55552 W55775 "
    "X55255 Y55222 Z71247 "
)
_ENTRY = 1 + HEIGHT + 1
_GLYPHS = {_TEXT[at]: _TEXT[at + 1 : at + 1 + HEIGHT] for at in range(0, len(_TEXT), _ENTRY)}


def rows(character: str) -> list[int]:
    """A character's rows as bits, the leftmost pixel the highest."""
    return [int(digit) for digit in _GLYPHS.get(character.upper(), _UNKNOWN)]
