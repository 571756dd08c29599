"""Whatever AWS or a user puts into a string: every view shows it as it is written, in the cells it has, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from multitool_tui.controller.observe.page import Chart, Curve, Facts, Page, Prose, Row, Table, Trouble
from multitool_tui.controller.observe.tab import Subject
from multitool_tui.controller.observe.tabs import TABS
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.states import State
from multitool_tui.views.alarms import alarm_choice, alarm_strip, alarms_pane
from multitool_tui.views.decisions import decision
from multitool_tui.views.dialogs import (
    farewell_to_held,
    leave_lines,
    promote_question,
    roll_back_question,
    stop_refused,
    weight_facts,
)
from multitool_tui.views.events import events_pane
from multitool_tui.views.evidence import evidence_pane
from multitool_tui.views.fleet import TABLE as FLEET
from multitool_tui.views.fleet import Sort, fleet, summary
from multitool_tui.views.header import header
from multitool_tui.views.help import help_lines
from multitool_tui.views.links import console_url
from multitool_tui.views.news import news
from multitool_tui.views.observe.desk import title as desk_title
from multitool_tui.views.observe.page import lay_out
from multitool_tui.views.past import TABLE as PAST
from multitool_tui.views.past import because, past_row
from multitool_tui.views.progress import ended_line
from multitool_tui.views.resources import draw, tree
from multitool_tui.views.scene import Scene
from multitool_tui.views.split import split_pane
from multitool_tui.views.status import Seen, status_lines
from multitool_tui.views.text import Line, clean, width_of

from ..tui.reels import rows  # noqa: TID252 - the same situations, seen without a screen
from ..tui.scenes import NOW, hostile, idle  # noqa: TID252

MARKUP = "[@click=app.quit]x[/]"
PIECES = st.sampled_from(
    ["[bold red]", "[/]", "[", "\\[", "\x1b[31m", "\x1b]8;;http://x\x07", "\u202e", "日本語", "\ud800"]
)
OUTSIDE = st.builds(
    lambda before, after: "".join((*before, MARKUP, *after)),
    st.lists(PIECES | st.text(st.characters(exclude_categories=[]), max_size=6), max_size=4),
    st.lists(PIECES | st.text(st.characters(exclude_categories=[]), max_size=6), max_size=4),
)


def scene_of(text: str) -> Scene:
    shown = hostile(text)
    held = replace(
        shown.rollouts[0],
        rollout=replace(shown.rollouts[0].rollout, state=State.HELD, obstacle=Obstacle.DRIFT, waiting="an operator"),
    )
    return Scene(NOW, replace(shown, rollouts=(held,)), held.rollout.target)


def main_screen(scene: Scene, width: int) -> Iterator[Line]:
    """All that the main screen and the fleet draw."""
    snapshot = scene.snapshot
    assert snapshot
    for pane in (split_pane, evidence_pane, alarms_pane, events_pane):
        yield from pane(scene, width, 40).lines
    yield from (header(scene, width), alarm_strip(scene, width)[0])
    yield from help_lines(scene, width)
    yield from (draw(row, width) for row in tree(snapshot, {}).rows)
    found = fleet(scene, Sort.ATTENTION)
    for row in found.rows:
        yield from (FLEET.draw(row, width), summary(row, scene, width))


def observed(text: str, width: int) -> Iterator[Line]:
    """A page of a tab with every kind of part."""
    curve = Curve(text, ((NOW - timedelta(minutes=2), 1.0), (NOW, 3.0)))
    page = Page(
        (
            Table(text, (text, text), (Row((text, 1), text),), text),
            Table(text, (text,), (), text),
            Facts(text, ((text, text),)),
            Prose(text, text),
            Chart(text, (curve,), timedelta(minutes=1), NOW - timedelta(minutes=5), NOW, text),
            Trouble(text, text),
        ),
        NOW,
        text,
    )
    yield from lay_out(page, width, 60).lines


def history(text: str, width: int) -> Iterator[Line]:
    [one] = rows(1, place=text)
    row = past_row(replace(one, target=text, baseline=text, canary=text, strategy=text, state=text, reason=text), NOW)
    yield from (PAST.draw(row, width), because(row, width))


def sentences(scene: Scene, text: str) -> Iterator[str]:
    """What dialogs, boxes, titles and other shells are told."""
    assert scene.snapshot
    assert scene.live
    rollout = scene.live.rollout
    for question in (promote_question(scene, rollout), roll_back_question(scene, rollout)):
        yield from (question.title, question.sentence, question.warning or "")
        yield from (word for fact in question.facts for word in fact)
    decided = decision(scene, scene.live)
    yield from (decided.title, decided.sentence, *(word for fact in decided.facts for word in fact))
    yield from (word for option in decided.options for word in (option.label, option.sentence))
    yield from (word for fact in weight_facts(scene, rollout) for word in fact)
    yield from (farewell_to_held(scene), stop_refused(scene) or "", *leave_lines(scene))
    yield from (ended_line(rollout), console_url(scene)[1])
    yield from status_lines([Seen(scene.live, NOW, text)], 120)
    for each in news(idle(), scene.snapshot):
        yield from (each.title, each.text)
    subject = Subject(text, text, text, text, text, text)
    views = [pane(scene, 80, 9) for pane in (split_pane, evidence_pane, alarms_pane, events_pane)]
    for line in (
        *(line for view in views for line in (view.title, view.note)),  # these are cropped by the border
        *(alarm_choice(alarm) for alarm in scene.snapshot.alarms),
        desk_title(subject, TABS[0], None),
    ):
        yield from (span.text for span in line)


@settings(max_examples=25)
@given(OUTSIDE, st.sampled_from([80, 200]))
def test_nothing_but_what_is_written_and_no_wider_than_its_place(text: str, width: int) -> None:
    scene = scene_of(text)
    for line in (*main_screen(scene, width), *observed(text, width), *history(text, width)):
        assert width_of(line) <= width
        assert all(clean(span.text) == span.text for span in line), line
    for sentence in sentences(scene, text):
        assert clean(sentence) == sentence


@settings(max_examples=25)
@given(OUTSIDE)
def test_markup_is_text_like_any_other(text: str) -> None:
    for drawn in (main_screen(scene_of(text), 400), observed(text, 400), history(text, 400)):
        assert MARKUP in "\n".join("".join(span.text for span in line) for line in drawn)
    assert any(MARKUP in sentence for sentence in sentences(scene_of(text), text))
