"""What goes over the wire: a request as it came, an answer as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Params = dict[str, Any]
"""The members of an operation's input or output, decoded, by their names in the service model."""


@dataclass(frozen=True)
class Request:
    """One HTTP request. `target` is the request line's path and query, still percent-encoded; header names are
    in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def query_values(self, name: str) -> list[str]:
        """Every value that the query has of `name`."""
        return [value for key, value in parse_qsl(self.target.partition("?")[2], keep_blank_values=True) if key == name]


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
