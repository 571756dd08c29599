"""The tree: rows, folding, filtering, and how a row is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.controller.snapshot import Feed, FeedName, Function
from multitool_tui.rollout.states import State
from multitool_tui.views.finding import Needle
from multitool_tui.views.resources import Kind, Tree, draw, empty, looks_alike, note, tree
from multitool_tui.views.scene import Scene
from multitool_tui.views.text import Line, width_of

from ..tui.scenes import (  # noqa: TID252 - the same situations, seen without a screen
    NOW,
    hostile,
    idle,
    mid_canary,
    snapshot,
    thousands,
)


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def drawn(found: Tree, width: int = 36) -> list[str]:
    return [text(draw(row, width)).rstrip() for row in found.rows]


def test_a_small_account_is_shown_unfolded() -> None:
    assert drawn(tree(mid_canary(), {})) == [
        "▾ checkout",
        "  ● beta      v41",
        "  ◐ live      v41 ▸ v42 25%",
        "    versions  42 41 40 39 38",
        "▾ invoice-render",
        "  ◍ live      v7 ▸ v8 10%   not ours",
        "    versions  8 7 6",
        "▸ search",
        "▾ thumbnails",
        "  ● live      v112",
        "    versions  113 112 111 110",
    ]


def test_width_brings_the_words() -> None:
    lines = drawn(tree(mid_canary(), {}), 70)
    assert lines[2].endswith("shifting")
    assert lines[5].endswith("weighted, not by this rollout")


def test_a_folded_function_says_what_is_live_in_it() -> None:
    assert drawn(tree(mid_canary(), {"checkout": False}))[0].split() == ["▸", "checkout", "◐", "shifting"]


def test_what_is_not_loaded_says_so() -> None:
    lines = drawn(tree(idle(), {"search": True}))
    assert "    loading…" in lines
    broken = snapshot(functions=(Function("broken", None, None, "Access denied."), Function("bare", (), ())))
    assert drawn(tree(broken, {"broken": True})) == ["▾ broken", "    Access denied.", "▾ bare", "    no alias"]


@pytest.mark.parametrize(
    ("needle", "functions", "aliases"),
    [
        ("check", {"checkout"}, ["beta", "live"]),
        ("BETA", {"checkout"}, ["beta"]),
        ("v42", {"checkout"}, ["live"]),
        ("112", {"thumbnails"}, ["live"]),
        ("zzz", set(), []),
        ("  ", {"checkout", "invoice-render", "search", "thumbnails"}, ["beta", "live", "live", "live"]),
    ],
)
def test_the_filter(needle: str, functions: set[str], aliases: list[str]) -> None:
    found = tree(mid_canary(), {}, needle)
    assert {row.home for row in found.rows if row.kind is Kind.FUNCTION} == functions
    assert [row.target.rpartition(":")[2] for row in found.rows if row.target] == aliases
    assert found.shown == len(functions)
    assert found.total == 4


def test_rows_say_what_to_look_at() -> None:
    rows = tree(mid_canary(), {}).rows
    assert [row.looks_at for row in rows[:4]] == ["checkout", "checkout:beta", "checkout:live", "checkout"]
    assert rows[2].target == "checkout:live"
    assert rows[0].target is None


def test_the_rows_are_taken_anew_only_when_they_may_be_other_ones() -> None:
    before = mid_canary()
    (live,) = before.rollouts
    paused = replace(live, rollout=replace(live.rollout, state=State.PAUSED))
    judged = replace(live, rollout=replace(live.rollout, reason="Another reason."))
    assert looks_alike(before, replace(before, rollouts=(judged,), calls_last_minute=7))
    assert not looks_alike(before, replace(before, rollouts=(paused,)))
    assert not looks_alike(before, replace(before, rollouts=()))
    assert not looks_alike(before, replace(before, functions=before.functions[1:]))
    assert not looks_alike(before, None)


def test_thousands_of_functions_are_folded() -> None:
    shown = thousands()
    found = tree(shown, {})
    assert len(found.rows) == 2003
    assert [row.home for row in found.rows if row.unfolded] == ["checkout"]


@pytest.mark.parametrize("width", [10, 20, 36, 80])
def test_no_row_is_wider_than_the_pane(width: int) -> None:
    assert all(width_of(draw(row, width)) <= width for row in tree(hostile(), {"broken": True}).rows)


def said(shown: Scene, needle: str) -> list[str]:
    return [text(each) for each in empty(shown, needle, 30)]


def test_the_note_and_the_empty_pane() -> None:
    shown = Scene(NOW, idle())
    assert text(note(shown, tree(idle(), {}), "")[0]) == "4 functions"
    assert text(note(shown, tree(idle(), {}, "check"), "check")[0]) == "1 of 4 match"
    loading = snapshot(functions=idle().functions, functions_complete=False)
    assert text(note(Scene(NOW, loading), tree(loading, {}), "")[0]) == "4 so far, loading…"
    assert note(Scene(NOW), Tree(), "") == ((), False)
    nothing = Scene(NOW, snapshot(functions=()))
    unread = Scene(NOW, snapshot(functions=(), functions_complete=False))
    denied = {FeedName.RESOURCES: Feed(error="lambda:ListFunctions is not allowed to the caller.")}
    refused = Scene(NOW, snapshot(functions=(), functions_complete=False, feeds=denied))
    assert " ".join(said(nothing, "")) == "No functions in this region. N makes one of a zip file."
    assert " ".join(said(nothing, "x")) == "Nothing matches. Words, key:value, and !word to leave out."
    assert said(unread, "") == ["loading…"]
    assert said(refused, "") == ["lambda:ListFunctions is not", "allowed to the caller."]
    assert said(Scene(NOW), "") == ["connecting…"]
    assert tree(None, {}) == Tree()


WORDS = st.sampled_from(
    [
        "check",
        "CHECKOUT",
        "live",
        "out:li",
        "v42",
        "4",
        "42",
        "ship",
        "state:shift",
        "state:serves",
        "version:v4",
        "alias:live",
        "function:out",
        "target:checkout:live",
        "not",
        "weighted",
        "zebra",
        "render",
        "v",
        ":",
    ]
)


@given(words=st.lists(st.tuples(st.booleans(), WORDS), max_size=4))
def test_what_is_told_at_once_is_the_same_as_what_is_looked_into(words: list[tuple[bool, str]]) -> None:
    """Thousands of functions are filtered with each key: those that a filter cannot find are not looked into."""
    needle = " ".join(f"{'!' if out else ''}{word}" for out, word in words)
    for scene in (mid_canary(), idle(), hostile()):
        found = tree(scene, {}, needle)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Needle, "may_find", lambda _self, _said: True)
            assert tree(scene, {}, needle) == found
