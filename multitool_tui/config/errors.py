"""What is wrong with a manifest, in one sentence: file, line, key, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pydantic_core import ErrorDetails

from multitool_tui.config.lines import Path

_AT_LINE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")

# Where pydantic speaks of Python, TOML has names of its own.
_IN_TOML = {
    "dict_type": "should be a table",
    "model_type": "should be a table",
    "tuple_type": "should be an array",
    "string_type": "should be a string",
    "int_type": "should be a whole number",
    "float_type": "should be a number",
    "bool_type": "should be true or false",
    "finite_number": "should be a finite number",
}


class ManifestError(ValueError):
    """The manifest cannot be used; the text says where and why, in one sentence."""


def not_toml(file: str, document: str, error: ValueError) -> ManifestError:
    """The sentence for a document that is not TOML."""
    text = str(error)
    where = _AT_LINE.search(text)
    line = int(where["line"]) if where and where["line"] else document.rstrip("\n").count("\n") + 1
    what = text[: where.start()] if where else text
    return ManifestError(f"{file}, line {line}: this is not TOML: {what[0].lower()}{what[1:]}.")


def not_a_manifest(
    file: str, errors: Sequence[ErrorDetails], lines: Mapping[Path, int], known: Mapping[Path, Sequence[str]]
) -> ManifestError:
    """The sentence for the first of `errors`; `known` says which keys there are, by the way to their table.

    What is missing comes last: more often than not it is there, under a name that is not known.
    """

    def order(error: ErrorDetails) -> tuple[bool, int]:
        return error["type"] == "missing", _line(_path(error), lines)

    error = min(errors, key=order)
    path = _path(error)
    return ManifestError(f"{file}, line {_line(path, lines)}: {dotted(path)}{_predicate(path, error, known)}.")


def dotted(path: Path) -> str:
    """A way as TOML writes it, with the indexes of arrays from 1 as people count: rollouts.checkout.steps[2].weight"""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part + 1}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            written += ("." if written else "") + (part if bare else json.dumps(part, ensure_ascii=False))
    return written


def _path(error: ErrorDetails) -> Path:
    """The way to the offending key. What concerns several keys of a table names the one to look at in its context."""
    key = error.get("ctx", {}).get("key")
    return error["loc"] if key is None else (*error["loc"], key)


def _line(path: Path, lines: Mapping[Path, int]) -> int:
    """The line of a key, or of the nearest table around it that stands in the file."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 1)


def _predicate(path: Path, error: ErrorDetails, known: Mapping[Path, Sequence[str]]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        nearest = get_close_matches(str(path[-1]), known[_pattern(path[:-1])], n=1, cutoff=0)
        return f" is not a key; the nearest one is {nearest[0]}"
    if kind == "missing":
        return " is missing"
    if kind == "value_error":
        return f": {error['ctx']['error']}"
    if kind == "manifest":
        return f" {error['msg']}"
    what = _IN_TOML.get(kind) or error["msg"].removeprefix("Input ")
    return f" {what}, not {_shown(error['input'])}"


def _pattern(path: Path) -> Path:
    """The way with every name that the user chose, and every index, left open."""
    return tuple("*" if index == 1 or isinstance(part, int) else part for index, part in enumerate(path))


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case list():
            return "an array"
        case bool() | str():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
