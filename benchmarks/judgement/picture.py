"""The figure: for each policy, how often it throws a good version out, and what a bad one costs."""

from __future__ import annotations

from math import log10
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 760, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 130, 50, 60
_FALSE = (0.0001, 1.0)  # below the first is drawn at "none"
_TIMES = (0.1, 1000.0)
_STYLE = (
    "text{font:13px sans-serif;fill:#57606a}.title{font-weight:bold;fill:#24292f}.ours{fill:#0969da;font-weight:bold}"
    "line{stroke:#d0d7de}circle{fill:#8c959f}circle.ours{fill:#0969da}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.title{fill:#f0f6fc}line{stroke:#3d444d}.ours{fill:#58a6ff}"
    "circle.ours{fill:#58a6ff}}"
)


def picture(title: str, points: dict[str, tuple[float, float]], ours: str) -> str:
    """An SVG of `points`: by policy the share of false rollbacks (0-1) and the excess failures over the oracle's."""
    shapes = [f'<text class="title" x="{_LEFT}" y="24">{escape(title)}</text>']
    for times in (0.1, 1.0, 10.0, 100.0, 1000.0):
        y = _y(times)
        shapes.append(f'<line x1="{_LEFT}" y1="{y}" x2="{_WIDTH - _RIGHT}" y2="{y}"/>')
        shapes.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{times:,g}x</text>')
    for share, label in ((0.0, "none"), (0.001, "0.1%"), (0.01, "1%"), (0.1, "10%"), (1.0, "100%")):
        x = _x(share)
        shapes.append(f'<line x1="{x}" y1="{_TOP}" x2="{x}" y2="{_HEIGHT - _BOTTOM}"/>')
        shapes.append(f'<text x="{x}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{label}</text>')
    shapes.append(f'<text x="{_LEFT}" y="{_HEIGHT - 16}">good versions rolled back</text>')
    shapes.append(f'<text x="{_LEFT}" y="{_TOP - 8}">failures that a bad version causes, the oracle\'s being 1</text>')
    dots = {name: (_x(share), _y(times)) for name, (share, times) in points.items()}
    boxes = [(x - 6, y - 6, x + 6, y + 6) for x, y in dots.values()]
    for name, (x, y) in sorted(dots.items(), key=lambda dot: dot[1]):
        kind = ' class="ours"' if name == ours else ""
        left, top, box = _free_place(x, y, len(name) * 7.2, boxes)
        boxes.append(box)
        shapes.append(f'<circle{kind} cx="{x}" cy="{y}" r="5"/><text{kind} x="{left}" y="{top}">{escape(name)}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">'
        f"<style>{_STYLE}</style>\n" + "\n".join(shapes) + "\n</svg>\n"
    )


Box = tuple[float, float, float, float]


def _free_place(x: float, y: float, width: float, taken: list[Box]) -> tuple[float, float, Box]:
    """Where a label fits beside a dot: its left end, its base line, and its box; to the right if there is none."""
    places = [(x + 9 if right else x - 9 - width, y + 4 + 7 * down) for down in (0, 1, -1, 2, -2) for right in (1, 0)]
    boxes = [(left, base - 11, left + width, base + 2) for left, base in places]
    for (left, base), box in zip(places, boxes, strict=True):
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            return left, base, box
    return *places[0], boxes[0]


def _x(share: float) -> float:
    least, most = map(log10, _FALSE)
    along = (log10(max(share, _FALSE[0])) - least) / (most - least)
    return round(_LEFT + 20 + along * (_WIDTH - _LEFT - _RIGHT - 20), 1)


def _y(times: float) -> float:
    least, most = map(log10, _TIMES)
    along = (log10(min(max(times, _TIMES[0]), _TIMES[1])) - least) / (most - least)
    return round(_HEIGHT - _BOTTOM - along * (_HEIGHT - _TOP - _BOTTOM), 1)
