"""Filters: words, key:value, and what is left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.views.finding import parse_needle

KEYS = frozenset({"state", "target"})
HELD = {"target": "checkout:live", "state": "held: drift"}
SHIFTING = {"target": "Search:beta", "state": "shifting"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", [HELD, SHIFTING]),
        ("   ", [HELD, SHIFTING]),
        ("check", [HELD]),
        ("SEARCH", [SHIFTING]),
        ("state:held", [HELD]),
        ("target:held", []),
        ("!held", [SHIFTING]),
        ("!state:shift", [HELD]),
        ("checkout:live", [HELD]),
        ("search shifting", [SHIFTING]),
        ("search held", []),
        ("state:", [HELD, SHIFTING]),
        ("!", [HELD, SHIFTING]),
    ],
)
def test_what_a_filter_keeps(typed: str, kept: list[dict[str, str]]) -> None:
    needle = parse_needle(typed, KEYS)
    assert [values for values in (HELD, SHIFTING) if needle.keeps(values)] == kept


@given(st.text(), st.dictionaries(st.sampled_from(["state", "target"]), st.text()))
def test_a_term_and_its_opposite_part_everything_in_two(word: str, values: dict[str, str]) -> None:
    term = "".join(word.split()).lstrip("!") or "x"
    assert parse_needle(term, KEYS).keeps(values) is not parse_needle(f"!{term}", KEYS).keeps(values) or not (
        parse_needle(term, KEYS).terms
    )
