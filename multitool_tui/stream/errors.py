"""What is wrong with a line of the stream, in one sentence that names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from pydantic_core import ErrorDetails

from multitool_tui.wrong import KeyPath, is_missing, predicate, way

_LONGEST_SHOWN = 40
_MOST_DIGITS = 30

_IN_JSON = {"dict_type": "should be an object", "model_type": "should be an object"}


class LineError(ValueError):
    """The line cannot be used; the text says why, in one sentence. Nothing has changed."""


def not_json(error: ValueError) -> LineError:
    """The sentence for a line that is no JSON at all."""
    what = re.sub(r" at line \d+ column", " at column", str(error))
    return LineError(f"The line is not {'UTF-8 text' if 'unicode' in what else 'JSON'}: {what}.")


def not_a_line(errors: Sequence[ErrorDetails], known: Callable[[KeyPath], Sequence[str]]) -> LineError:
    """The sentence for the first of `errors`; `known` says which keys there are, by the way to their object.

    What is missing comes last: more often than not it is there, under a name that is not known.
    """
    error = min(errors, key=is_missing)
    words = dict(_IN_JSON)
    match error["type"]:
        case "greater_than_equal" as kind:
            words[kind] = f"should be at least {error['ctx']['ge']:g}"
        case "less_than_equal" as kind:
            words[kind] = f"should be at most {error['ctx']['le']:,.15g}"
    return LineError(f"{_dotted(way(error))} {predicate(error, known, words, shown)}.")


def _dotted(path: KeyPath) -> str:
    """A way into the line's object: canary.errors"""
    return ".".join(str(part) if re.fullmatch(r"[\w-]{1,64}", str(part)) else shown(part) for part in path)


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
