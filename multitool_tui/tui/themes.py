"""Our themes, dark and light, and what our own colours are under Textual's themes.

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

# Under a theme that does not know our colours, they are made of those that every theme has.
FALLBACK = {
    "baseline": "#4a9bd9",
    "canary": "#e08a2c",
    "faint": "#8a8f98",
    "edge": "#5a616c",
    "band": "#5a616c",
}
