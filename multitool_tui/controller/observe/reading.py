"""What is read of a form's fields."""

from __future__ import annotations

import math

from multitool_tui.controller.observe.tab import Values


def required(given: Values, name: str, what: str) -> str:
    """A field that must not be empty.

    Raises:
        ValueError: in one sentence.
    """
    value = given.get(name, "").strip()
    if not value:
        raise ValueError(f"Fill in {what}.")
    return value


def number(given: Values, name: str, *, least: float = 0.0, most: float = math.inf) -> float:
    """A field with a number from `least` to `most`.

    Raises:
        ValueError: in one sentence.
    """
    text = given.get(name, "").strip()
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a number ({name}).") from None
    if not (math.isfinite(value) and least <= value <= most):
        limits = f"from {least:g} to {most:g}" if math.isfinite(most) else f"{least:g} or more"
        raise ValueError(f"{name} has to be {limits}, not {text}.")
    return value
