"""What is wrong with a manifest, in one sentence: file, line, key, and what to write instead."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from multitool_tui.config.lines import Place
from multitool_tui.wrong import KeyPath, is_missing, predicate, way

_AT_LINE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

_IN_TOML = {
    "dict_type": "should be a table",
    "model_type": "should be a table",
    "tuple_type": "should be an array",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a manifest. `line` and `column` count from 1; 0 where there is no place to name.

    `what` is a sentence that needs no more; `key` the offending key, dotted. `of_the_text`: it is not even TOML.
    """

    file: str
    what: str
    line: int = 0
    column: int = 0
    key: str = ""
    of_the_text: bool = False

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}" if self.line else self.what


class ManifestError(ValueError):
    """The manifest cannot be used; the text says where and why, in one sentence."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def not_toml(file: str, document: str, error: ValueError) -> Problem:
    """What is said of a document that is not TOML."""
    text = str(error)
    where = _AT_LINE.search(text)
    line = int(where["line"]) if where and where["line"] else document.rstrip("\n").count("\n") + 1
    column = int(where["column"]) if where and where["column"] else 1
    what = text[: where.start()] if where else text
    return Problem(file, f"this is not TOML: {what[0].lower()}{what[1:]}.", line, column, of_the_text=True)


def no_environment(file: str, name: str, known: Sequence[str]) -> Problem:
    """What is said when an environment is asked for that the manifest has not."""
    there = f"there is {', '.join(known)}" if known else "it has none"
    return Problem(file, f"{file} has no environment {name!r}: {there}.")


def problems_of(
    file: str,
    errors: Sequence[ErrorDetails],
    places: Mapping[KeyPath, Place],
    known: Callable[[KeyPath], Sequence[str]],
    origins: Mapping[KeyPath, KeyPath],
) -> Sequence[Problem]:
    """What is to be said of each of `errors`, in the order of the lines.

    `known` says which keys there are, by the way to their table; `origins` where a key came from that a layer gave.
    What is missing comes last: more often than not it is there, under a name that is not known.
    """
    told = [(is_missing(error), _problem(file, error, places, known, origins)) for error in errors]
    return [problem for _, problem in sorted(told, key=lambda each: (each[0], each[1].line, each[1].column))]


def _problem(
    file: str,
    error: ErrorDetails,
    places: Mapping[KeyPath, Place],
    known: Callable[[KeyPath], Sequence[str]],
    origins: Mapping[KeyPath, KeyPath],
) -> Problem:
    whole = way(error)
    path = _origin(whole, origins)
    if error["type"] == "value_error":
        what = f": {error['ctx']['error']}"
    else:
        what = f" {predicate(error, known, _IN_TOML, _shown)}"
    # What another layer gave is at fault only in what it was made part of.
    where = f", as {dotted(whole[:2])} has it," if path != whole else ""
    line, column = _place(path, places)
    return Problem(file, f"{dotted(path)}{where}{what}.", line, column, dotted(path))


def _origin(path: KeyPath, origins: Mapping[KeyPath, KeyPath]) -> KeyPath:
    """Where the key, or the nearest table around it that is known, stands in the document."""
    for length in range(len(path), 0, -1):
        if path[:length] in origins:
            return (*origins[path[:length]], *path[length:])
    return path


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


def _place(path: KeyPath, places: Mapping[KeyPath, Place]) -> Place:
    """The place of a key, or of the nearest table around it that stands in the file."""
    return next((places[path[:length]] for length in range(len(path), 0, -1) if path[:length] in places), Place(1, 1))


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
