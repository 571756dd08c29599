"""What stands around a page: the list of tabs, the title, the keys; and what the target in hand is."""

from __future__ import annotations

from datetime import datetime

from multitool_tui.aws.resources import Stage
from multitool_tui.controller.observe.page import Page
from multitool_tui.controller.observe.tab import Deed, Subject, Tab
from multitool_tui.controller.observe.tabs import TABS
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Line, Role, Span, clean, crop, fit, line, width_of
from multitool_tui.words import duration, parse_alias

LIST_WIDTH = 18


def subject_of(scene: Scene) -> Subject | None:
    """The alias on screen, or behind the stage on screen, with the versions that serve; None before there is one."""
    snapshot = scene.snapshot
    if snapshot is None or snapshot.caller is None or scene.target is None:
        return None
    live, known = scene.live, scene.found
    try:
        behind = known.behind.target if isinstance(known, Stage) and known.behind else scene.target
        function, alias = parse_alias(behind)
    except ValueError:
        return None
    if live and not live.rollout.ended:
        baseline, canary = live.rollout.baseline, live.rollout.canary
    else:
        baseline = known.version if known else ""
        canary = next(iter(known.weights), "") if known else ""
    caller = snapshot.caller
    partition = caller.arn.split(":")[1] if caller.arn.count(":") else "aws"
    return Subject(function, alias, baseline, canary, caller.region, caller.account, partition)


def tab_lines(width: int) -> tuple[Line, ...]:
    """The list of tabs; with what each is about, where there is room."""
    wide = width > 2 * LIST_WIDTH
    about = width - LIST_WIDTH
    return tuple(
        crop(
            line(Span(f" {fit(tab.title, LIST_WIDTH - 2)} "), Span(tab.about if wide and about > 20 else "", Role.DIM)),
            width,
        )
        for tab in TABS
    )


def title(subject: Subject, tab: Tab, page: Page | None) -> Line:
    """What stands in the upper border of a page: a page's only part has its title there alone."""
    name = clean(subject.name)
    alone = clean(page.parts[0].title) if page and len(page.parts) == 1 else ""
    if page and page.title:
        opened = Span(f" › {clean(page.title)}", Role.STRONG)
        return line(Span(tab.title, Role.STRONG), Span(f" of {name}", Role.DIM), opened, Span(alone and f" › {alone}"))
    if alone:
        return line(Span(alone, Role.STRONG), Span("" if name in alone else f" · {name}", Role.DIM))
    return line(Span(tab.title, Role.STRONG), Span(f" of {name}", Role.DIM))


def note(page: Page | None, now: datetime, *, busy: bool) -> Line:
    """What stands in the lower border: how old the page is."""
    if busy:
        return line(Span("reading…", Role.ACCENT))
    if page is None:
        return ()
    return line(Span(f"read {duration(now - page.at)} ago · R reads it again", Role.DIM))


def keys(deeds: tuple[Deed, ...], *, opens: bool, depth: int, on_list: bool, read_only: bool, width: int) -> Line:
    """The keys that apply now: what can be done comes first, and stays longest where there is no room."""
    pairs: list[tuple[str, str, bool]] = []
    if not on_list:
        pairs += [(deed.key, deed.label, deed.changes and read_only) for deed in deeds]
    moves = [("enter", "Read it", False)] if on_list else [("enter", "Open", False)] if opens else []
    back = "Close" if on_list else "Back" if depth else "Tabs"
    pairs += [*moves, ("esc", back, False), ("R", "Again", False), ("?", "Help", False)]
    spans: list[Span] = []
    for key, word, dim in pairs:
        more = [
            Span(" "),
            Span(key, Role.DIM if dim else Role.KEY),
            Span(f" {word} ", Role.DIM if dim else Role.PLAIN),
        ]
        if width_of((*spans, *more)) > width:
            break
        spans += more
    return line(*spans)
