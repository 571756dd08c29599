"""Lines of text: widths, cutting, wrapping, and what is made of strings from outside."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.views.text import (
    EMPTY,
    Role,
    Span,
    boxed,
    cells,
    clean,
    crop,
    fit,
    gauge,
    join,
    line,
    shorten,
    spread,
    width_of,
    wrap,
)

anything = st.text(max_size=60)
widths = st.integers(min_value=0, max_value=50)


@given(anything)
def test_cleaned_text_has_nothing_that_moves_the_cursor(text: str) -> None:
    kinds = {unicodedata.category(char) for char in clean(text)}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Mn", "Me", "Zl", "Zp"}


@given(anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("checkout-5xx", "checkout-5xx"),
        ("[red]x[/]", "[red]x[/]"),
        ("a\x1b[31mb\x07", "a▯[31mb▯"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u202egnirts", "gnirts"),
        ("family 👨\u200d👩", "family 👨👩"),
        ("e\u0301", "é"),
    ],
)
def test_what_becomes_of_names(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(anything, widths)
def test_shortened_text_fits(text: str, width: int) -> None:
    assert cells(shorten(clean(text), width)) <= width


@given(anything, widths, st.booleans())
def test_fitted_text_is_exactly_as_wide(text: str, width: int, right: bool) -> None:
    assert cells(fit(clean(text), width, right=right)) == width


@given(anything, anything, widths)
def test_a_spread_line_is_exactly_as_wide(left: str, right: str, width: int) -> None:
    assert width_of(spread(line(clean(left)), line(clean(right)), width)) == width


@given(anything, st.integers(min_value=1, max_value=40), st.integers(min_value=1, max_value=4))
def test_wrapped_lines_fit(text: str, width: int, most: int) -> None:
    lines = wrap(clean(text), width, most)
    assert len(lines) <= most
    assert all(width_of(one) <= width for one in lines)


def test_words_stay_whole() -> None:
    assert shorten("the canary is harmful", 16) == "the canary is…"
    assert shorten("checkout-latency-p99", 10) == "checkout-…"
    assert shorten("日本語", 4) == "日…"
    assert [one[0].text for one in wrap("one two three four", 9)] == ["one two", "three", "four"]
    assert [one[0].text for one in wrap("one two three four", 9, 2)] == ["one two", "three…"]


def test_a_cropped_line_keeps_its_roles() -> None:
    whole = line(Span("good ", Role.GOOD), Span("and bad", Role.BAD))
    assert crop(whole, 9) == (Span("good ", Role.GOOD), Span("and…", Role.BAD))
    assert crop(whole, 5) == (Span("good ", Role.GOOD),)
    assert crop(whole, 50) == whole


def test_joining() -> None:
    dot = Span(" · ")
    assert join([line("a"), EMPTY, line("b")], dot) == line("a", dot, "b")
    assert line("", "a", Span("", Role.BAD)) == (Span("a"),)


@pytest.mark.parametrize(("share", "full"), [(-1, 0), (0, 0), (0.001, 1), (0.5, 5), (0.999, 9), (1, 10), (7, 10)])
def test_a_gauge_is_full_only_when_it_is(share: float, full: int) -> None:
    assert gauge(share, 10) == ("▰" * full, "▱" * (10 - full))


@given(anything)
def test_what_is_edited_keeps_its_length_and_shows_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = boxed(text)
    assert len(shown) == len(text)
    assert not [char for char in shown if unicodedata.category(char) in {"Cc", "Cf", "Cs"}]
