"""Our own themes: all that is said in colour can be read."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from multitool_tui.tui.themes import CONTRAST, THEMES

_OURS = ("baseline", "canary", "faint")


def contrasts(theme: Theme) -> dict[tuple[str, str], float]:
    """How the colours of text stand out from what they may be on, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    texts = {
        **{name: str(getattr(theme, name)) for name in ("accent", "warning", "error", "success", "foreground")},
        **{name: theme.variables[name] for name in _OURS},
    }
    behind = (theme.background, theme.surface, theme.panel, theme.variables["block-cursor-background"])
    return {(name, str(back)): _ratio(text, str(back)) for name, text in texts.items() for back in behind}


def _ratio(first: str, second: str) -> float:
    dark, light = sorted(map(_luminance, (first, second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in Color.parse(color).normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_high_contrast_is_seven_to_one_everywhere() -> None:
    assert {pair: ratio for pair, ratio in contrasts(CONTRAST).items() if ratio < 7} == {}


@pytest.mark.parametrize("name", THEMES)
def test_all_else_is_four_to_one_and_knows_every_colour_of_ours(name: str) -> None:
    theme = THEMES[name]
    assert {*_OURS, "edge", "band"} <= set(theme.variables)
    assert {pair: ratio for pair, ratio in contrasts(theme).items() if ratio < 3.9} == {}
