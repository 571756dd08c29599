"""Reads a PNG and shrinks it to what half blocks can show. Source: W3C, "PNG Specification"."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

Pixel = tuple[int, int, int]
HalfBlocks = tuple[tuple[tuple[Pixel, Pixel], ...], ...]
"""Lines of cells, each with the colour of its upper and of its lower half."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_MOST = 4_000_000  # pixels: more than a terminal can show, and than anything here asks for
_WHITE = 255


def half_blocks(png: bytes, columns: int, lines: int) -> HalfBlocks:
    """The picture in `columns` by `lines` cells, each half a cell the mean of what lies there; what is transparent
    is white.

    Raises:
        ValueError: in one sentence, when it is no PNG, or one of a kind that is not read here.
    """
    width, height, rows = _rows(png)
    heights = 2 * lines
    sums = [[(0, 0, 0, 0)] * columns for _ in range(heights)]
    across = [x * columns // width for x in range(width)]
    for y, row in enumerate(rows):
        into = sums[y * heights // height]
        for x, (red, green, blue) in zip(across, row, strict=True):
            r, g, b, n = into[x]
            into[x] = (r + red, g + green, b + blue, n + 1)
    means = [[_mean(one) for one in row] for row in sums]
    return tuple(tuple(zip(means[y], means[y + 1], strict=True)) for y in range(0, heights, 2))


def _mean(total: tuple[int, int, int, int]) -> Pixel:
    red, green, blue, count = total
    return (red // count, green // count, blue // count) if count else (_WHITE, _WHITE, _WHITE)


def _rows(png: bytes) -> tuple[int, int, Iterator[list[Pixel]]]:
    try:
        header, palette, data = _chunks(png)
        width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", header)
        if depth != 8 or interlaced or kind not in _CHANNELS or not 0 < width * height <= _MOST:
            raise ValueError("The picture is a PNG of a kind that cannot be shown here: save it.")
        raw = zlib.decompressobj().decompress(data, (width * _CHANNELS[kind] + 1) * height)
        if len(raw) < (width * _CHANNELS[kind] + 1) * height:
            raise ValueError("The picture ends too early.")
    except (struct.error, zlib.error):
        raise ValueError("The picture is no PNG that can be read.") from None
    colours = [(palette[n], palette[n + 1], palette[n + 2]) for n in range(0, len(palette) - 2, 3)]
    colours += [(0, 0, 0)] * (256 - len(colours))
    return width, height, (_pixels(row, kind, colours) for row in _unfiltered(raw, width, height, _CHANNELS[kind]))


def _chunks(png: bytes) -> tuple[bytes, bytes, bytes]:
    """IHDR, PLTE and all of IDAT."""
    if not png.startswith(_SIGNATURE):
        raise ValueError("The picture is no PNG.")
    found = {b"IHDR": b"", b"PLTE": b"", b"IDAT": b""}
    at = len(_SIGNATURE)
    while at + 8 <= len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind in found:
            found[kind] += png[at + 8 : at + 8 + size]
        at += 12 + size
    return found[b"IHDR"], found[b"PLTE"], found[b"IDAT"]


def _unfiltered(raw: bytes, width: int, height: int, channels: int) -> Iterator[bytearray]:
    size = width * channels
    above = bytearray(size)
    for y in range(height):
        start = y * (size + 1)
        row = bytearray(raw[start + 1 : start + 1 + size])
        match raw[start]:
            case 1:
                for x in range(channels, size):
                    row[x] = (row[x] + row[x - channels]) & 255
            case 2:
                for x in range(size):
                    row[x] = (row[x] + above[x]) & 255
            case 3:
                for x in range(size):
                    left = row[x - channels] if x >= channels else 0
                    row[x] = (row[x] + (left + above[x]) // 2) & 255
            case 4:
                for x in range(size):
                    left, corner = (row[x - channels], above[x - channels]) if x >= channels else (0, 0)
                    row[x] = (row[x] + _paeth(left, above[x], corner)) & 255
            case _:
                pass
        yield row
        above = row


def _paeth(left: int, up: int, corner: int) -> int:
    """Of the three, the nearest to left + up - corner."""
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _pixels(row: bytearray, kind: int, colours: list[Pixel]) -> list[Pixel]:
    match kind:
        case 2:
            return list(zip(row[0::3], row[1::3], row[2::3], strict=True))
        case 3:
            return [colours[each] for each in row]
        case 6:
            return [_over_white(*each) for each in zip(row[0::4], row[1::4], row[2::4], row[3::4], strict=True)]
        case 4:
            return [_over_white(grey, grey, grey, a) for grey, a in zip(row[0::2], row[1::2], strict=True)]
        case _:
            return [(grey, grey, grey) for grey in row]


def _over_white(red: int, green: int, blue: int, opaque: int) -> Pixel:
    rest = _WHITE * (_WHITE - opaque)
    return ((red * opaque + rest) // _WHITE, (green * opaque + rest) // _WHITE, (blue * opaque + rest) // _WHITE)
