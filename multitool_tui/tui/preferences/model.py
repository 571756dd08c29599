"""The tables of `preferences.toml`. Needs pydantic: import it once there is such a file, not before."""

from __future__ import annotations

import warnings
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, create_model, model_validator
from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key, key_to_character
from textual.theme import BUILTIN_THEMES

from multitool_tui.config.schema import schema_of
from multitool_tui.config.values import Table
from multitool_tui.tui.preferences import MOMENTS, MomentName, Notify, Preferences
from multitool_tui.tui.themes import THEMES
from multitool_tui.views.actions import ACTIONS
from multitool_tui.wrong import wrong

_NAMED = {key.value for key in Keys} | set(KEY_NAME_REPLACEMENTS.values())
_MODIFIERS = ("ctrl", "alt", "shift", "super", "meta", "hyper")
_MOVES = frozenset(
    (
        *("enter", "escape", "tab", "shift+tab", "backspace", "delete", "j", "k"),
        *("up", "down", "left", "right", "pageup", "pagedown", "home", "end"),
    )
)
"""What lists, fields and dialogs cannot do without."""
_PANES = ["1", "2", "3", "4", "5"]


def long_names(keys: str) -> tuple[str, ...]:
    """Keys as a file has them, like "?,ctrl+x", as Textual names them."""
    return tuple(binding.key for binding in Binding.make_bindings([Binding(keys, "")]))


def _shown(key: str) -> str:
    return format_key(key).replace("ctrl+", "^")


def _keys(value: str) -> str:
    for key in (part.strip() for part in value.split(",")):
        *modifiers, last = key.split("+") if len(key) > 1 else [key]
        known = (len(last) == 1 and last.isprintable() and last != " ") or last in _NAMED or key_to_character(last)
        if not known or any(modifier not in _MODIFIERS for modifier in modifiers):
            raise wrong(f'has {key!r}, which is no key: write it like "x", "X", "ctrl+x", "f2" or "space"')
        if key in _MOVES:
            raise wrong(f"has {key!r}, which lists and dialogs need")
        if key in _PANES:
            raise wrong(f"has {key!r}, which goes to a pane")
    return value


_Keys = Annotated[str, AfterValidator(_keys)]


class _KeysTable(Table):
    @model_validator(mode="after")
    def _each_key_is_of_one_action(self) -> Self:
        mine = {name: getattr(self, name) for name in self.model_fields_set}
        held = {key: action.name for action in ACTIONS if action.name not in mine for key in long_names(action.key)}
        for action in ACTIONS:
            for key in long_names(mine[action.name]) if action.name in mine else ():
                if held.setdefault(key, action.name) != action.name:
                    raise wrong(f"has {_shown(key)!r}, which is the key of {held[key]}: give that another", action.name)
        return self


# Made of the table of actions, so that a new action can be given another key without another line here.
with warnings.catch_warnings():
    # An action is called `copy`, as is a method of pydantic's that it wants nobody to use any more.
    warnings.filterwarnings("ignore", message='Field name "copy"', category=UserWarning)
    _FIELDS: dict[str, Any] = {
        action.name: (_Keys, Field(default=action.key, description=f"{action.label}: {action.help}."))
        for action in ACTIONS
    }
    KeysTable: Any = create_model("KeysTable", __base__=_KeysTable, **_FIELDS)
    KeysTable.__doc__ = "`[keys]`: other keys for actions, several with commas between them."


class NotifyTable(Table):
    """`[notify]`: how the screen tells of a rollout that has ended, or waits for somebody."""

    on: Annotated[tuple[MomentName, ...], Field(description="Of start, gate, rollback, promote, hold.")] = MOMENTS
    toast: Annotated[bool, Field(strict=True, description="A box in the corner of the screen.")] = True
    bell: Annotated[bool, Field(strict=True, description="The terminal's bell.")] = True
    terminal: Annotated[
        Literal["auto", "osc9", "osc777", "off"],
        Field(description="The terminal's own notifications: which control code, by what the terminal is, or none."),
    ] = "auto"
    desktop: Annotated[
        Literal["auto", "on", "off"],
        Field(description="The desktop's; auto: where there is one and the terminal has none of its own."),
    ] = "auto"

    def notify(self) -> Notify:
        """As the application takes it."""
        return Notify(frozenset(self.on), self.toast, self.bell, self.terminal, self.desktop)


def _theme(name: str) -> str:
    known = [*THEMES, *BUILTIN_THEMES]
    if name not in known:
        (nearest,) = get_close_matches(name, known, 1, 0)
        raise wrong(f"is {name!r}, which is no theme; the nearest one is {nearest}")
    return name


def preferences_schema() -> dict[str, Any]:
    """The JSON Schema of `preferences.toml`, for editors."""
    return schema_of(PreferencesTable)


class PreferencesTable(Table):
    """The whole of `preferences.toml`."""

    theme: Annotated[
        Annotated[str, AfterValidator(_theme)] | None,
        Field(description=f"{', '.join(THEMES)}, or one of Textual's; otherwise the one that was on last."),
    ] = None
    restore: Annotated[
        bool, Field(strict=True, description="Whether the screen begins with the target and layout it ended with.")
    ] = True
    keys: KeysTable = KeysTable()
    notify: NotifyTable = NotifyTable()

    def preferences(self) -> Preferences:
        """As the application takes it."""
        keys = {
            name: (",".join(long), "/".join(map(_shown, long)))
            for name in self.keys.model_fields_set
            for long in [long_names(getattr(self.keys, name))]
        }
        return Preferences(self.theme, self.restore, keys, self.notify.notify())
