"""Patch operations: changes of a body by JSON pointers, each kind of resource with the paths that it allows.

Source: API Gateway API reference, "Patch Operations": op is add, remove, replace or copy, `/` within a name is `~1`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from multitool_tui.sandbox.apis.state import Body
from multitool_tui.sandbox.services.apigateway.common import refused

Read = Callable[[str], Any]
"""Turns a patch's text into the member's value; raises ValueError."""


def text(value: str) -> str:
    return value


def switch(value: str) -> bool:
    """ "true" or "false"."""
    if value.lower() not in ("true", "false"):
        raise ValueError(value)
    return value.lower() == "true"


def pointer(path: str) -> tuple[str, ...]:
    """The names in a JSON pointer.

    Raises:
        AwsError: BadRequestException, when it does not begin with a slash.
    """
    if not path.startswith("/"):
        raise refused(f"Invalid patch path  '{path}' specified. Must start with a '/'")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/"))


class Patches:
    """The paths of one kind of resource.

    Args:
        values: members that can be replaced, by their path, and how their text is read.
        maps: paths of maps: an entry can be replaced or removed, and, with `addable`, added.
        removable: paths that can be removed as a whole.
        copies: from where something may be copied, by where to.
    """

    def __init__(
        self,
        values: dict[str, Read],
        maps: Iterable[str] = (),
        removable: Iterable[str] = (),
        copies: dict[str, str] | None = None,
        *,
        addable: bool = False,
    ) -> None:
        self._values = values
        self._maps = frozenset(maps)
        self._removable = frozenset(removable)
        self._copies = copies or {}
        self._of_entries = ("add", "replace", "remove") if addable else ("replace", "remove")

    def applied(self, body: Body, operations: Iterable[Body]) -> Body:
        """The body with every operation done, in their order. All of them are done or none.

        Raises:
            AwsError: BadRequestException.
        """
        changed = deepcopy(body)
        for each in operations:
            self._apply(changed, each.get("op", ""), each.get("path", ""), each.get("value"), each.get("from", ""))
        return changed

    def _apply(self, body: Body, op: str, path: str, value: str | None, source: str) -> None:
        names = pointer(path)
        parent = "/" + "/".join(names[:-1])
        if op == "replace" and path in self._values:
            _set(body, names, _read(self._values[path], path, value))
        elif op in self._of_entries and parent in self._maps and names[-1]:
            if op == "remove":
                _remove(body, names)
            else:
                _set(body, names, _read(text, path, value))
        elif op == "remove" and path in self._removable:
            _remove(body, names)
        elif op == "copy" and self._copies.get(path) == source:
            _copy(body, pointer(source), names, source)
        else:
            raise refused(f"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: {self._allowed(op)}")

    def _allowed(self, op: str) -> str:
        paths = {*self._values} if op == "replace" else set[str]()
        if op in self._of_entries:
            paths |= {f"{path}/<name>" for path in self._maps}
        if op == "remove":
            paths |= self._removable
        if op == "copy":
            paths |= self._copies.keys()
        return f"[{', '.join(sorted(paths))}]"


def _read(read: Read, path: str, value: str | None) -> Any:
    try:
        if value is None:
            raise ValueError(path)
        return read(value)
    except ValueError as error:
        raise refused(f"Invalid patch value  '{value}' specified for path '{path}'") from error


def _set(body: Body, names: tuple[str, ...], value: Any) -> None:
    for name in names[:-1]:
        body = body.setdefault(name, {})
    body[names[-1]] = value


def _remove(body: Body, names: tuple[str, ...]) -> None:
    """What is not there is removed already."""
    for name in names[:-1]:
        body = body.get(name, {})
    body.pop(names[-1], None)


def _copy(body: Body, source: tuple[str, ...], names: tuple[str, ...], path: str) -> None:
    value: Any = body
    for name in source:
        if name not in value:
            raise refused(f"Invalid patch path  '{path}' specified for op 'copy'. Nothing is there to copy")
        value = value[name]
    _set(body, names, deepcopy(value))
