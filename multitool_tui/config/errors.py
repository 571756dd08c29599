"""What is wrong with a manifest, in one sentence: file, line, key, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from pydantic_core import ErrorDetails

from multitool_tui.wrong import KeyPath, is_missing, predicate, way

_AT_LINE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")

_IN_TOML = {
    "dict_type": "should be a table",
    "model_type": "should be a table",
    "tuple_type": "should be an array",
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
    file: str, errors: Sequence[ErrorDetails], lines: Mapping[KeyPath, int], known: Callable[[KeyPath], Sequence[str]]
) -> ManifestError:
    """The sentence for the first of `errors`; `known` says which keys there are, by the way to their table.

    What is missing comes last: more often than not it is there, under a name that is not known.
    """

    def order(error: ErrorDetails) -> tuple[bool, int]:
        return is_missing(error), _line(way(error), lines)

    error = min(errors, key=order)
    path = way(error)
    if error["type"] == "value_error":
        what = f": {error['ctx']['error']}"
    else:
        what = f" {predicate(error, known, _IN_TOML, _shown)}"
    return ManifestError(f"{file}, line {_line(path, lines)}: {dotted(path)}{what}.")


def dotted(path: KeyPath) -> str:
    """A way as TOML writes it, with the indexes of arrays from 1 as people count: rollouts.checkout.steps[2].weight"""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part + 1}]"
        else:
            bare = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            written += ("." if written else "") + (part if bare else json.dumps(part, ensure_ascii=False))
    return written


def _line(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The line of a key, or of the nearest table around it that stands in the file."""
    return next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), 1)


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
