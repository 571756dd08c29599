"""What the screen remembers from one session to the next, as JSON in the state folder: theme, tour, and where one was.

Nothing in it is needed: a file that is damaged, or cannot be written, is one line in the log.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

_log = logging.getLogger(__name__)
_MOST_PLACES = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where one was in an account and region. `zoomed`: a pane's id; `sort`: a column of the fleet; empty where none.

    `needle` filters the resources, `fleet_needle` the fleet.
    """

    target: str = ""
    zoomed: str = ""
    needle: str = ""
    sort: str = ""
    fleet_needle: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """`places`: by account and region, the latest last."""

    theme: str = ""
    toured: bool = False
    places: dict[str, Place] = field(default_factory=dict)


class Memory:
    """The file. Without a path nothing is remembered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def read(self) -> Remembered:
        """What is remembered; nothing where there is no file, or a damaged one."""
        if self._path is None:
            return Remembered()
        try:
            return _remembered(json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Remembered()
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            _log.warning("%s is damaged and ignored (%s)", self._path, type(error).__name__)
            return Remembered()

    def keep(self, *, place: tuple[str, Place] | None = None, **changes: Any) -> None:
        """Remember these fields of `Remembered`, and a place; the rest stays as other sessions have left it."""
        if self._path is None:
            return
        known = replace(self.read(), **changes)
        if place:
            others = {where: each for where, each in known.places.items() if where != place[0]}
            known = replace(known, places=dict([*others.items(), place][-_MOST_PLACES:]))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile("w", encoding="utf-8", dir=self._path.parent, delete=False) as written:
                json.dump(asdict(known), written, indent=1)
            try:
                Path(written.name).replace(self._path)
            except OSError:
                Path(written.name).unlink(missing_ok=True)
                raise
        except OSError as error:
            _log.warning("%s cannot be written (%s)", self._path, error.strerror)


def _remembered(document: Any) -> Remembered:
    """Raises `TypeError` or the like for what no session of ours has written."""
    places = {str(where): Place(**place) for where, place in document["places"].items()}
    for place in places.values():
        if not all(isinstance(getattr(place, each.name), str) for each in fields(Place)):
            raise TypeError("a place is of strings")
    theme, toured = document["theme"], document["toured"]
    if not isinstance(theme, str) or not isinstance(toured, bool):
        raise TypeError("a theme is a string, and toured is true or false")
    return Remembered(theme, toured, places)
