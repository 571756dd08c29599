"""The scan for lines finds every key that tomllib finds, wherever it stands."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.config.lines import key_places
from multitool_tui.wrong import KeyPath

DOCUMENT = (Path(__file__).parent / "every_kind_of_key.toml").read_text(encoding="utf-8")

LINES: dict[KeyPath, int] = {
    ("plain",): 2,
    ("quoted # key",): 3,
    ("dotted",): 4,
    ("dotted", "b.c"): 4,
    ("dotted", "b.c", "d"): 4,
    ("table",): 6,
    ("table", "text"): 7,
    ("table", "raw"): 11,
    ("table", "float"): 13,
    ("table", "array"): 14,
    ("table", "array", 0): 15,
    ("table", "array", 1): 16,
    ("table", "array", 2): 17,
    ("table", "array", 2, 0): 17,
    ("table", "array", 2, 1): 17,
    ("table", "array", 2, 1, "inline"): 17,
    ("table", "array", 2, 1, "inline", "nested"): 17,
    ("table", "array", 2, 1, "x"): 17,
    ("table", "sub"): 20,
    ("list",): 21,
    ("list", 0): 21,
    ("list", 0, "a"): 22,
    ("list", 1): 23,
    ("list", 1, "a"): 24,
    ("list", 1, "below"): 25,
    ("list", 1, "below", "b"): 26,
    ("list", 1, "below", "b", 0): 26,
    ("list", 1, "below", "b", 0, "c"): 26,
    ("list", 1, "below", "b", 1): 27,
    ("list", 1, "below", "b", 1, "c"): 27,
    ("list", 2): 28,
}


def _lines(document: str) -> dict[KeyPath, int]:
    return {path: place.line for path, place in key_places(document).items()}


def test_the_column_is_that_of_the_key() -> None:
    places = key_places('[a.b]\n  c = [1, { "d" = 2 }]\n')
    assert places["a",] == (1, 2)
    assert places["a", "b"] == (1, 4)
    assert places["a", "b", "c"] == (2, 3)
    assert places["a", "b", "c", 0] == (2, 8)
    assert places["a", "b", "c", 1, "d"] == (2, 13)


def _ways(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every way into a value that tomllib has read."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield (*path, key)
        yield from _ways(inner, (*path, key))


def test_every_key_is_found_on_its_line() -> None:
    assert _lines(DOCUMENT) == LINES


def test_the_example_is_toml_and_has_these_keys() -> None:
    assert set(_ways(tomllib.loads(DOCUMENT))) == set(LINES)


def test_windows_line_ends_count_once() -> None:
    assert _lines(DOCUMENT.replace("\n", "\r\n")) == LINES


def test_an_empty_document_has_no_keys() -> None:
    assert key_places("") == {}
    assert key_places("# nothing") == {}


_KEYS = st.text(st.sampled_from("abé.#=[]{}\"'\\ \n-1"), max_size=4)
_SCALARS = st.integers(-9, 9) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | _KEYS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def _toml(value: Any, gap: str = " ") -> str:
    """Write a value inline; `gap` is what stands between the elements of an array."""
    match value:
        case dict():
            return "{" + ", ".join(f"{_text(key)} = {_toml(inner, ' ')}" for key, inner in value.items()) + "}"
        case list():
            return "[" + gap + ("," + gap).join(_toml(inner, gap) for inner in value) + gap + "]"
        case str():
            return _text(value)
        case _:
            return json.dumps(value)


def _text(text: str) -> str:
    literal = "'" not in text and "\n" not in text
    return f"'{text}'" if literal else json.dumps(text)


@given(st.dictionaries(_KEYS, _VALUES, max_size=4), st.sampled_from([" ", "\n", " # ] = \n"]))
def test_every_key_of_any_document_is_found(data: dict[str, Any], gap: str) -> None:
    document = "".join(f"{_text(key)} = {_toml(value, gap)} # {key.split()}\n" for key, value in data.items())
    found = key_places(document)
    assert set(found) == set(_ways(tomllib.loads(document)))
    assert list(found.values()) == sorted(found.values())


@given(st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_every_key_of_any_tables_is_found(data: dict[str, Any]) -> None:
    document = "".join(f"[[{_text(key)}]]\n[{_text(key)}.sub]\nx.y = {_toml(inner)}\n" for key, inner in data.items())
    assert set(key_places(document)) == set(_ways(tomllib.loads(document)))
