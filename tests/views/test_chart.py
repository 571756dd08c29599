"""Charts: the scale, the gaps, and telling two lines apart without colour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.views.chart import SHADE, Band, Frame, Series, nice_ceiling, plot
from multitool_tui.views.glyphs import plain_ascii
from multitool_tui.views.text import Line, Role, width_of

START = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def points(*values: float | None) -> tuple[tuple[datetime, float | None], ...]:
    return tuple((START + number * MINUTE, value) for number, value in enumerate(values))


def text(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def frame(minutes: int = 10, top: float = 0.02, **mark: object) -> Frame:
    return Frame(START, START + minutes * MINUTE, top, **mark)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "top"),
    [
        (0, 0.002),
        (0.001, 0.002),
        (0.0041, 0.005),
        (0.01, 0.01),
        (0.0101, 0.02),
        (0.021, 0.03),
        (0.3, 0.3),
        (0.7, 1),
        (1, 1),
    ],
)
def test_the_scale_ends_at_a_nice_number(value: float, top: float) -> None:
    assert nice_ceiling(value) == pytest.approx(top)


@given(st.floats(min_value=0, max_value=1))
def test_the_scale_holds_every_value(value: float) -> None:
    assert nice_ceiling(value) >= min(value, 1) * (1 - 1e-9)


def test_the_scale_starts_at_zero_and_names_its_middle() -> None:
    lines = text(plot((Series(points(0.01, 0.01), Role.CANARY),), frame(), 40, 6))
    assert [line[:7] for line in lines] == ["   2% ┤", "      │", "   1% ┤", "      │", "   0% ┤", "      └"]
    assert "14:05" in lines[-1]
    assert lines[-1].endswith("UTC")


def test_a_flat_line_lies_at_its_height() -> None:
    lines = text(plot((Series(points(*[0.0] * 11), Role.CANARY),), frame(), 40, 6))
    assert lines[4].count("⣀") > 25
    assert not any(char > "⠀" for char in lines[0][7:])


def test_solid_and_dotted_differ_without_colour() -> None:
    solid = text(plot((Series(points(*[0.01] * 11), Role.CANARY),), frame(), 40, 6))
    dotted = text(plot((Series(points(*[0.01] * 11), Role.BASELINE, dotted=True),), frame(), 40, 6))
    assert solid != dotted
    both_ascii = text(
        plot(
            (
                Series(points(*[0.015] * 11), Role.CANARY),
                Series(points(*[0.005] * 11), Role.BASELINE, dotted=True),
            ),
            frame(),
            40,
            6,
            ascii_only=True,
        )
    )
    assert any("*****" in line for line in both_ascii)
    assert any("....." in line for line in both_ascii)


def test_a_gap_is_not_bridged() -> None:
    whole = text(plot((Series(points(*[0.01] * 11), Role.CANARY),), frame(), 40, 4))
    broken = text(plot((Series(points(0.01, 0.01, None, None, None, None, 0.01, 0.01), Role.CANARY),), frame(), 40, 4))
    assert whole[1].strip("│ ┤").count(" ") == 0
    assert "   " in broken[1][8:30]


def test_a_single_minute_is_a_dot() -> None:
    lines = text(plot((Series(points(None, 0.01, None), Role.CANARY),), frame(), 40, 4))
    assert sum(0x2800 < ord(char) < 0x2900 for line in lines for char in line) == 1


def test_the_start_is_marked_behind_everything() -> None:
    marked = frame(marks=((START + 5 * MINUTE, "start"),))
    lines = text(plot((Series(points(*[0.01] * 11), Role.CANARY),), marked, 60, 6))
    assert "┊ start" in lines[0]
    assert "┊" not in lines[2]


def band(*edges: tuple[float, float] | None) -> Band:
    return Band(tuple((START + number * MINUTE, one) for number, one in enumerate(edges)))


def shaded_rows(lines: tuple[Line, ...]) -> list[int]:
    return [number for number, one in enumerate(text(lines)) if SHADE in one]


@pytest.mark.parametrize(
    ("edges", "rows"),
    [
        ((0.0, 0.02), [0, 1, 2, 3]),
        ((0.01, 0.02), [0, 1]),
        ((0.004, 0.016), [1, 2]),
        ((0.0, 0.004), [3]),
        ((0.012, 0.012), [1]),  # however narrow, it is seen
        ((0.0, 0.0), [3]),
        ((0.015, 0.9), [0]),  # leaves the chart at its top
        ((0.03, 0.9), []),
    ],
)
def test_a_band_is_shaded_between_its_edges(edges: tuple[float, float], rows: list[int]) -> None:
    lines = plot((), frame(), 40, 5, band=band(*[edges] * 11))
    assert shaded_rows(lines) == rows
    assert all(text(lines)[row][7:] == SHADE * 33 for row in rows)


def test_a_band_follows_its_edges_and_ends_where_they_are_unknown() -> None:
    lines = text(plot((), frame(), 40, 5, band=band((0.0, 0.0), (0.0, 0.02), None, None, (0.0, 0.02))))
    assert [one.count(SHADE) for one in lines] == [2, 3, 3, 5, 0]
    assert lines[3][7:] == SHADE * 4 + " " * 9 + SHADE + " " * 19


def test_lines_and_the_mark_lie_over_the_band() -> None:
    lines = (
        Series(points(*[0.02] * 11), Role.CANARY),
        Series(points(*[0.008] * 11), Role.BASELINE, dotted=True),
    )
    marked = frame(marks=((START + 5 * MINUTE, "start"),))
    bare = plot(lines, marked, 60, 6)
    shaded = plot(lines, marked, 60, 6, band=band(*[(0.0, 0.015)] * 11))
    assert [one.replace(SHADE, " ") for one in text(shaded)] == text(bare)
    assert shaded_rows(shaded) == [1, 3, 4]
    # Where a line takes the cell, only a colour can say that the band goes on.
    assert {span.role for span in shaded[0][2:]} == {Role.CANARY}
    assert {span.role for span in shaded[2][2:]} == {Role.BASELINE_ON_BAND}
    assert {span.role for span in shaded[3][2:]} == {Role.BAND, Role.DIM}


def test_the_word_at_the_mark_is_read_in_the_band() -> None:
    marked = frame(marks=((START + 5 * MINUTE, "start"),))
    lines = text(plot((), marked, 60, 6, band=band(*[(0.0, 0.03)] * 11)))
    assert f"{SHADE}┊ start {SHADE}" in lines[0]


def test_in_ascii_a_band_is_neither_line() -> None:
    lines = text(
        plot(
            (Series(points(*[0.02] * 11), Role.CANARY),), frame(), 40, 5, band=band(*[(0, 0.01)] * 11), ascii_only=True
        )
    )
    assert [set(plain_ascii(one[7:])) for one in lines[:4]] == [{"*"}, {" "}, {"/"}, {"/"}]


@given(
    st.lists(st.one_of(st.none(), st.floats(min_value=0, max_value=1)), max_size=20),
    st.integers(min_value=0, max_value=120),
    st.integers(min_value=0, max_value=20),
    st.booleans(),
)
def test_every_chart_is_as_large_as_it_was_asked_to_be(
    values: list[float | None],
    width: int,
    height: int,
    ascii_only: bool,
) -> None:
    series = (Series(points(*values), Role.CANARY), Series(points(*values[::-1]), Role.BASELINE, dotted=True))
    edges = band(*(None if low is None else (low, min(1.0, low * 2)) for low in values))
    shown = frame(20, 0.5, marks=((START + MINUTE, "start"),))
    lines = plot(series, shown, width, height, band=edges, ascii_only=ascii_only)
    assert lines == () or len(lines) == height
    assert all(width_of(line) == width for line in lines)


def test_short_periods_show_seconds() -> None:
    short = Frame(START, START + timedelta(seconds=60), 0.1)
    assert ":00:15" in text(plot((), short, 80, 4))[-1]
