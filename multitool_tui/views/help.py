"""The help screen's text: keys by group, glyphs, words."""

from __future__ import annotations

from multitool_tui.views.actions import ACTIONS, Group
from multitool_tui.views.chart import SHADE
from multitool_tui.views.glyphs import ALARMS, FOREIGN, GATE, SERVES, STATES, VERDICTS
from multitool_tui.views.text import EMPTY, Line, Role, Span, fit, line, wrap

_MOVING = (
    ("tab", "The next pane; shift+tab goes back"),
    ("enter", "Look at the alias under the cursor; fold a function"),
    ("← →", "Fold and unfold a function"),
    ("↑ ↓ pgup pgdn", "Move, scroll"),
    ("← → ↑ ↓", "In the evidence: read another minute, bring another chart first"),
    ("esc", "Close, clear the filter, leave the zoom"),
)

_GLYPHS = (
    (SERVES, "an alias with one version"),
    (FOREIGN, "an alias with weights that no rollout of this session set"),
    (GATE, "a step that waits for an operator"),
)

_WORDS = (
    ("target", "what a rollout moves traffic on: a Lambda alias, like checkout:live"),
    ("baseline, canary", "the version that serves today, and the new one"),
    ("weight", "the canary's share of the traffic"),
    ("bake", "how long a step is watched before the next"),
    ("minute", "one CloudWatch period of both versions, sealed once its numbers no longer change"),
    ("evidence", "what the sealed minutes say so far; too old, and no weight is raised on it"),
    (
        "by chance",
        "shaded: where a canary like the baseline lies in 95 of 100 minutes; wide while its requests are few",
    ),
    ("verdict", "harmful rolls back, safe may promote, undecided waits until the deadline"),
    ("drift", "the alias was changed, and not by this rollout: it is held, and left as found"),
    ("held", "the rollout does nothing more by itself until an operator decides"),
)


def help_lines(width: int) -> tuple[Line, ...]:
    """The help text for `width` cells."""
    lines: list[Line] = []
    for group in Group:
        pairs = [(action.shown, action.help) for action in ACTIONS if action.group is group]
        if group is Group.LOOK:
            pairs += _MOVING
        lines += _section(group.value, pairs, width, Role.KEY)
    lines += [line(Span("Glyphs", Role.STRONG)), EMPTY]
    marks = [
        *((mark, "") for mark in STATES.values()),
        *((mark, "the verdict") for mark in VERDICTS.values()),
        *((mark, "an alarm") for mark in ALARMS.values()),
        *_GLYPHS,
    ]
    for mark, meaning in marks:
        lines.append(line("  ", Span(f"{mark.glyph} {fit(mark.word, 30)}", mark.role), Span(meaning, Role.DIM)))
    lines.append(EMPTY)
    drawn = [Span("⠒⠒⠒ canary", Role.CANARY), Span("⠂⠂⠂ baseline", Role.BASELINE)]
    lines += [line("  ", drawn[0], "   ", drawn[1], "   ", Span(SHADE * 3, Role.BAND), " by chance"), EMPTY]
    return (*lines, *_section("Words", _WORDS, width, Role.PLAIN))


def _section(
    title: str, pairs: list[tuple[str, str]] | tuple[tuple[str, str], ...], width: int, role: Role
) -> list[Line]:
    lines = [line(Span(title, Role.STRONG)), EMPTY]
    for name, meaning in pairs:
        first, *rest = wrap(meaning, max(20, width - 20), role=Role.DIM)
        lines.append(line("  ", Span(fit(name, 16), role), "  ", *first))
        lines += [line(" " * 20, *more) for more in rest]
    return [*lines, EMPTY]
