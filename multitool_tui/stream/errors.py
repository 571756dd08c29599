"""What is wrong with a line of the stream, in one sentence that names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

_LONGEST_SHOWN = 40
_MOST_DIGITS = 30

# Where pydantic speaks of Python, JSON has names of its own.
_IN_JSON = {
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "string_type": "should be a string",
    "int_type": "should be a whole number",
    "float_type": "should be a number",
    "finite_number": "should be a finite number",
}


class LineError(ValueError):
    """The line cannot be used; the text says why, in one sentence. Nothing has changed."""


def not_json(error: ValueError) -> LineError:
    """The sentence for a line that is no JSON at all."""
    what = re.sub(r" at line \d+ column", " at column", str(error))
    return LineError(f"The line is not {'UTF-8 text' if 'unicode' in what else 'JSON'}: {what}.")


def not_a_line(errors: Sequence[ErrorDetails], known: Mapping[Path, Sequence[str]]) -> LineError:
    """The sentence for the first of `errors`; `known` says which keys there are, by the way to their object.

    What is missing comes last: more often than not it is there, under a name that is not known.
    """
    error = min(errors, key=lambda error: error["type"] == "missing")
    key = error.get("ctx", {}).get("key")
    path = error["loc"] if key is None else (*error["loc"], key)
    return LineError(f"{_dotted(path)} {_predicate(path, error, known)}.")


def _dotted(path: Path) -> str:
    """A way into the line's object: canary.errors"""
    return ".".join(str(part) if re.fullmatch(r"[\w-]{1,64}", str(part)) else shown(part) for part in path)


def _predicate(path: Path, error: ErrorDetails, known: Mapping[Path, Sequence[str]]) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        # Of a long word only the beginning is compared: the time that takes grows with the square of its length.
        nearest = get_close_matches(str(path[-1])[:_LONGEST_SHOWN], known[path[:-1]], n=1, cutoff=0)
        return f"is not a key; the nearest one is {nearest[0]}"
    if kind == "missing":
        return "is missing"
    if kind == "line":
        return error["msg"]
    if kind == "greater_than_equal":
        return f"should be at least {error['ctx']['ge']:g}, not {shown(error['input'])}"
    if kind == "less_than_equal":
        return f"should be at most {error['ctx']['le']:,.15g}, not {shown(error['input'])}"
    what = _IN_JSON.get(kind) or error["msg"].removeprefix("Input ")
    return f"{what}, not {shown(error['input'])}"


def shown(value: object) -> str:
    """A JSON value as it is named in a sentence, cut short where it is long."""
    match value:
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "an array"
        case bool() | float():
            text = json.dumps(value)
        case str():
            # All on one line, and nothing that steers a terminal.
            text = json.dumps(value[: _LONGEST_SHOWN + 1], ensure_ascii=not value.isprintable())
        case int() if abs(value) >= 10**_MOST_DIGITS:
            return f"a number of more than {_MOST_DIGITS} digits"
        case _:
            text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
