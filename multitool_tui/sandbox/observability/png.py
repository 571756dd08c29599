"""A picture as a grid of pixels, and as a PNG (ISO/IEC 15948: 8 bits a channel, RGB, no filter)."""

from __future__ import annotations

import struct
import zlib

from multitool_tui.sandbox.observability.glyphs import HEIGHT, WIDTH, rows

Colour = tuple[int, int, int]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RGB = 2
_SCALE = 2
ADVANCE = (WIDTH + 1) * _SCALE
"""From one character of a text to the next, in pixels."""
LINE = (HEIGHT + 3) * _SCALE
"""From one line of text to the next."""


def colour(text: str) -> Colour:
    """The colour of "#rrggbb" or "#rgb"."""
    digits = text.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


class Canvas:
    """Pixels from (0, 0) at the top left. What is drawn outside of them is lost."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self.width = width
        self.height = height
        self._pixels = bytearray(bytes(background) * (width * height))

    def box(self, left: int, top: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle."""
        first, last = max(0, left), min(self.width, left + width)
        if first < last:
            run = bytes(colour) * (last - first)
            for y in range(max(0, top), min(self.height, top + height)):
                begin = 3 * (y * self.width + first)
                self._pixels[begin : begin + len(run)] = run

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, thickness: int = 2) -> None:
        """A straight line between two points."""
        steps = max(1, round(max(abs(x1 - x0), abs(y1 - y0))))
        for step in range(steps + 1):
            x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
            self.box(round(x), round(y), thickness, thickness, colour)

    def text(self, left: int, top: int, text: str, colour: Colour) -> None:
        """One line of text; letters are all capitals."""
        for index, character in enumerate(text):
            for y, row in enumerate(rows(character)):
                for x in range(WIDTH):
                    if row >> (WIDTH - 1 - x) & 1:
                        self.box(left + index * ADVANCE + x * _SCALE, top + y * _SCALE, _SCALE, _SCALE, colour)

    def png(self) -> bytes:
        """The picture as a PNG file."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, _RGB, 0, 0, 0)
        size = 3 * self.width
        lines = b"".join(b"\0" + self._pixels[at : at + size] for at in range(0, len(self._pixels), size))
        return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
