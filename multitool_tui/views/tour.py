"""The first-run tour: few steps, each about one pane or bar of the main screen."""

from __future__ import annotations

from dataclasses import dataclass

from multitool_tui.views.actions import BY_NAME, key_of
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Line, Role, Span, line, wrap


@dataclass(frozen=True, slots=True)
class Step:
    """What it points at, by its id on the main screen, and what it says. `{name}` is the key of an action."""

    at: str
    title: str
    text: str


STEPS = (
    Step("header", "Where you are", "The top line says whose account this is, and how old the numbers are. SANDBOX: nothing here leaves this machine."),  # noqa: E501
    Step("resources", "What can be released", "Functions, their aliases and versions. Up and down choose, {filter} filters. On a narrow terminal tab brings them in and escape puts them away."),  # noqa: E501
    Step("split", "Who gets what", "The new version, the canary, gets a little of the traffic. Its share rises as far as the evidence affords it, step by step."),  # noqa: E501
    Step("evidence", "Why", "How often both versions fail, minute by minute, and how far harm and safety are from their limits. At a limit it is rolled back, or promoted, by itself."),  # noqa: E501
    Step("keys", "Your word counts", "{roll_back} and then enter takes the canary out, whatever else is going on. {promote} promotes, after asking; {pause} pauses."),  # noqa: E501
    Step("keys", "The rest", "{help} tells every key, and what can be done where you are. {palette} finds any action by its name; this tour is there as well."),  # noqa: E501
)  # fmt: skip


def said(number: int, scene: Scene, width: int) -> tuple[Line, ...]:
    """The box of a step, for so many cells."""
    step = STEPS[number]
    keys = {name: key_of(action, scene) for name, action in BY_NAME.items()}
    last = number == len(STEPS) - 1
    how = "enter ends it" if last else "enter next · esc ends it"
    back = "← back · " if number else ""
    return (
        line(Span(step.title, Role.STRONG), Span(f"  {number + 1} of {len(STEPS)}", Role.DIM)),
        *wrap(step.text.format(**keys), width),
        line(Span(f"{back}{how}", Role.KEY)),
    )
