"""What pydantic finds wrong with a document, as one sentence in the words of the document's own language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from pydantic_core import ErrorDetails, PydanticCustomError

KeyPath = tuple[str | int, ...]
"""The way from the document's top to a value: keys, and indexes from 0."""

# Where pydantic speaks of Python. What an object or an array is called, each language has to add.
_WORDS = {
    "string_type": "should be a string",
    "int_type": "should be a whole number",
    "float_type": "should be a number",
    "bool_type": "should be true or false",
    "finite_number": "should be a finite number",
}
_COMPARED = 40  # letters of an unknown key: the time that comparing takes grows with the square of the length
_OURS = "ours"


def wrong(what: str, *key: str) -> PydanticCustomError:
    """What is wrong with a value, or with an object because of its `key`, the way to it; reads on after its name."""
    return PydanticCustomError(_OURS, "{what}", {"what": what, "key": key})


def way(error: ErrorDetails) -> KeyPath:
    """The way to the offending key. What concerns several keys of an object names the one to look at in its context."""
    of_a_name = "[key]"  # pydantic's last part, where the name of a table is at fault
    return (*(part for part in error["loc"] if part != of_a_name), *error.get("ctx", {}).get("key", ()))


def is_missing(error: ErrorDetails) -> bool:
    """Whether a key is missing. Such an error comes last: more often than not the key is there, misspelt."""
    return error["type"] == "missing"


def predicate(
    error: ErrorDetails,
    known: Callable[[KeyPath], Sequence[str]],
    words: Mapping[str, str],
    shown: Callable[[object], str],
) -> str:
    """What is to be said of the offending key, to read on after its name.

    Args:
        error: pydantic's.
        known: which keys there are, by the way to their object.
        words: what is said of an error by its type, where the document's language has names of its own.
        shown: how the language writes a value.
    """
    kind = error["type"]
    if kind == "extra_forbidden":
        path = way(error)
        (nearest,) = get_close_matches(str(path[-1])[:_COMPARED], known(path[:-1]), n=1, cutoff=0)
        return f"is not a key; the nearest one is {nearest}"
    if is_missing(error):
        return "is missing"
    if kind == _OURS:
        return error["msg"]
    if kind == "too_long":
        return f"has more than {error['ctx']['max_length']} entries"
    what = words.get(kind) or _WORDS.get(kind) or error["msg"].removeprefix("Input ").removeprefix("String ")
    return f"{what}, not {shown(error['input'])}"
