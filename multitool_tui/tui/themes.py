"""Our themes, and what our own colours are under Textual's themes.

Baseline is blue and canary orange, which every kind of colour vision tells apart; good is a bluish green and bad a red
that leans to pink. No colour says anything that a word or a glyph does not.
"""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="multitool-dark",
    dark=True,
    primary="#56a8e8",
    secondary="#7c8798",
    accent="#a99cf5",
    warning="#e6c454",
    error="#f2637e",
    success="#45c4a0",
    foreground="#d9dfe7",
    background="#0f1318",
    surface="#151a21",
    panel="#1e2530",
    variables={
        "baseline": "#56a8e8",
        "canary": "#f0a04b",
        "faint": "#8792a2",
        "edge": "#343d4b",
        "band": "#4a5668",
        "footer-key-foreground": "#a99cf5",
        "block-cursor-background": "#2b3444",
        "block-cursor-foreground": "#ffffff",
        "input-selection-background": "#56a8e8 35%",
    },
)

LIGHT = Theme(
    name="multitool-light",
    dark=False,
    primary="#0f62ab",
    secondary="#5d6775",
    accent="#5b45c4",
    warning="#876000",
    error="#b81f42",
    success="#00735a",
    foreground="#1c232c",
    background="#f7f8fa",
    surface="#ffffff",
    panel="#e9ecf1",
    variables={
        "baseline": "#0f62ab",
        "canary": "#b05400",
        "faint": "#5d6775",
        "edge": "#c3cad4",
        "band": "#a3adba",
        "footer-key-foreground": "#5b45c4",
        "block-cursor-background": "#dde4f0",
        "block-cursor-foreground": "#10151c",
    },
)

# Every text stands out at least 7 to 1 from what is behind it (WCAG 2.2, 1.4.6), and edges are as bright as text.
CONTRAST = Theme(
    name="multitool-contrast",
    dark=True,
    primary="#6cc4ff",
    secondary="#ffffff",
    accent="#ffe04a",
    warning="#ffe04a",
    error="#ff9aa6",
    success="#5cf2c4",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    variables={
        "baseline": "#6cc4ff",
        "canary": "#ffb454",
        "faint": "#d6d6d6",
        "edge": "#ffffff",
        "band": "#8c8c8c",
        "footer-key-foreground": "#ffe04a",
        "block-cursor-background": "#002542",
        "block-cursor-foreground": "#ffffff",
        "input-selection-background": "#6cc4ff 60%",
    },
)

# For nights on call: little light, and little of it blue.
NIGHT = Theme(
    name="multitool-night",
    dark=True,
    primary="#8fa3b8",
    secondary="#8a7f70",
    accent="#cfa06a",
    warning="#d6b24c",
    error="#e0707c",
    success="#74ad94",
    foreground="#c9b8a2",
    background="#120e0b",
    surface="#18130f",
    panel="#241c16",
    variables={
        "baseline": "#8fa3b8",
        "canary": "#e08e45",
        "faint": "#9c8d7a",
        "edge": "#43372b",
        "band": "#54483b",
        "footer-key-foreground": "#cfa06a",
        "block-cursor-background": "#382b20",
        "block-cursor-foreground": "#f0dfc8",
        "input-selection-background": "#cfa06a 35%",
    },
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST, NIGHT)}

# Under a theme that does not know our colours, they are made of those that every theme has.
FALLBACK = {
    "baseline": "#4a9bd9",
    "canary": "#e08a2c",
    "faint": "#8a8f98",
    "edge": "#5a616c",
    "band": "#5a616c",
}
