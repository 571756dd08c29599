"""Where in a TOML document each key stands; `tomllib` does not tell.

The document is known to be valid by the time it is scanned, so that the scan need not check anything.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from multitool_tui.wrong import KeyPath

_TOKEN = re.compile(
    r"""
    (?P<comment> \#[^\n]* )
  | (?P<text> \"{3} (?:\\.|[^\\])*? \"{3,5} | '{3} .*? '{3,5} | " (?:\\.|[^"\\])* " | ' [^']* ' )
  | (?P<mark> [\[\]{}=,.\n] )
  | (?P<word> [^\s\[\]{}=,.\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


class Place(NamedTuple):
    """Both count from 1."""

    line: int
    column: int


class _Token(NamedTuple):
    text: str
    place: Place


def _tokens(document: str) -> Iterator[_Token]:
    line, counted = 1, 0
    for match in _TOKEN.finditer(document):
        line += document.count("\n", counted, match.start())
        counted = match.start()
        if match.lastgroup != "comment":
            yield _Token(match.group(), Place(line, match.start() - document.rfind("\n", 0, match.start())))


def key_places(document: str) -> dict[KeyPath, Place]:
    """The place of every key and every element of an array in a valid document."""
    return _Scan(document).places


class _Scan:
    def __init__(self, document: str) -> None:
        self.places: dict[KeyPath, Place] = {}
        self._lengths: dict[KeyPath, int] = {}
        """How many tables each array of tables has so far."""
        self._rest = list(reversed(list(_tokens(document))))
        table: KeyPath = ()
        while self._rest:
            match self._peek():
                case "\n":
                    self._take()
                case "[":
                    table = self._header()
                case _:
                    self._pair(table)

    def _peek(self) -> str:
        return self._rest[-1].text if self._rest else ""

    def _take(self) -> _Token:
        return self._rest.pop()

    def _header(self) -> KeyPath:
        """[table] or [[table in an array]]"""
        self._take()
        if in_array := self._peek() == "[":
            self._take()
        table = self._key((), last_is_new=in_array)
        while self._take().text != "]" or self._peek() == "]":
            pass
        return table

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        self._take()  # the "="
        self._value(path)

    def _key(self, path: KeyPath, *, last_is_new: bool = False) -> KeyPath:
        """A key with its dots. Through an array of tables it leads into the latest table, or into a new one."""
        while True:
            name = self._take()
            path += (_bare(name.text),)
            self.places.setdefault(path, name.place)
            last = self._peek() != "."
            if last and last_is_new:
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path += (self._lengths[path] - 1,)
                self.places.setdefault(path, name.place)
            if last:
                return path
            self._take()

    def _value(self, path: KeyPath) -> None:
        match self._peek():
            case "[":
                self._items(path, "]")
            case "{":
                self._items(path, "}")
            case _:
                while self._peek() not in ("", "\n", ",", "]", "}"):
                    self._take()

    def _items(self, path: KeyPath, end: str) -> None:
        """What stands in an array, or in an inline table."""
        self._take()
        count = 0
        while self._peek() != end:
            if self._peek() in ("\n", ","):
                self._take()
            elif end == "}":
                self._pair(path)
            else:
                self.places[*path, count] = self._rest[-1].place
                self._value((*path, count))
                count += 1
        self._take()


def _bare(key: str) -> str:
    """A key without its quotes."""
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
