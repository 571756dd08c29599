"""The help screen's text: keys by group, glyphs, words."""

from __future__ import annotations

from multitool_tui.views.actions import ACTIONS, Group, key_of
from multitool_tui.views.chart import SHADE
from multitool_tui.views.glyphs import ALARMS, FOREIGN, GATE, SERVES, STATES, VERDICTS
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import EMPTY, Line, Role, Span, fit, line, wrap

_MOVING = (
    ("tab", "The next pane; shift+tab goes back"),
    ("1 2 3 4 5", "To the resources, split, evidence, alarms, events"),
    ("enter", "Look at the alias under the cursor; fold a function"),
    ("← →", "Fold and unfold a function"),
    ("↑ ↓ pgup pgdn", "Move, scroll"),
    ("← → ↑ ↓", "In the evidence: read another minute, bring another chart first"),
    ("esc", "Close, clear the filter, leave the zoom"),
)

_HERE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "tree": (
        "resources",
        [
            ("↑ ↓", "Go from row to row; the other panes show the target under the cursor"),
            ("← →", "Fold and unfold"),
            ("enter", "Look at the target; fold what has others under it"),
            ("/", "Filter by function, alias or version; esc clears"),
        ],
    ),
    "split": ("the traffic split", [("↑ ↓", "Scroll"), ("z", "All steps, on the whole screen")]),
    "evidence": (
        "the evidence",
        [
            ("← →", "Read an earlier or later minute's numbers; a click does, too"),
            ("↑ ↓", "Bring another chart first"),
            ("→", "Beyond the latest minute: no cursor any more"),
        ],
    ),
    "alarms": ("alarms", [("↑ ↓", "Scroll; those that fire are first, among them those that the rollout watches")]),
    "events": ("events", [("↑ ↓", "Scroll; the latest is on top"), ("z", "More of them, on the whole screen")]),
    "fleet-table": (
        "all rollouts",
        [
            ("s", "Sort by the next column; at first what needs you is on top"),
            ("/", "Filter: words, state:held, driver:ann, !word leaves out"),
            ("enter", "Open the rollout under the cursor; p, r and the others act on it from here"),
            ("esc", "Clear the filter; go back"),
        ],
    ),
    "tabs": ("what AWS keeps", [("↑ ↓", "Another tab"), ("enter tab", "Into its page"), ("esc", "Back")]),
    "page": (
        "a page of what AWS keeps",
        [("↑ ↓", "Another row"), ("enter", "Open the row"), ("R", "Read again"), ("esc", "Back to the tabs")],
    ),
    "sheet": (
        "a resource as YAML or JSON",
        [
            ("y", "YAML or JSON"),
            ("/", "Search; n and N go to the next place and the one before"),
            ("c", "Copy the whole text"),
            ("R", "Read again"),
            ("esc", "Clear the search; go back"),
        ],
    ),
    "start": (
        "starting a rollout",
        [
            ("tab", "The next field"),
            ("↑ ↓", "Step through targets, versions, strategies"),
            ("→", "Take what is suggested"),
            ("space", "Watch the alarm under the cursor"),
            ("^o", "Edit the whole plan as TOML in your editor"),
            ("esc", "Close; nothing was changed"),
        ],
    ),
}
"""What can be done in a pane or on a screen, by its id."""

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


def help_lines(scene: Scene, width: int, here: str = "") -> tuple[Line, ...]:
    """The help text for `width` cells: first of all what is for `here`, a pane or a screen by its id."""
    lines: list[Line] = []
    if here in _HERE:
        title, pairs = _HERE[here]
        lines += _section(f"Here: {title}", pairs, width, Role.KEY)
    for group in Group:
        pairs = [(key_of(action, scene), action.help) for action in ACTIONS if action.group is group]
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
        first, *rest = wrap(meaning, max(20, width - 34), role=Role.DIM) or (EMPTY,)
        lines.append(line("  ", Span(f"{mark.glyph} {fit(mark.word, 30)}", mark.role), *first))
        lines += [line(" " * 34, *more) for more in rest]
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
