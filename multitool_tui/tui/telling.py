"""How somebody who does not look at the screen is told: the bell, the terminal's own notifications, the desktop's.

Sources: iTerm2's documentation, "Proprietary escape codes" (OSC 9); foot-ctlseqs(7) (OSC 777); tmux(1),
allow-passthrough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from multitool_tui.tui.preferences import Notify

_NAMED = ("TERM_PROGRAM", "LC_TERMINAL", "TERM")
_BY_777 = ("foot", "rxvt")
_BY_9 = ("iterm", "wezterm", "ghostty", "kitty", "vscode")
_NONE = ("dumb", "linux", "")
_LONGEST = 200  # characters of each part; some terminals drop what is long


@dataclass(frozen=True, slots=True)
class Channels:
    """By what one is told. `code`: 9 or 777, or None."""

    toast: bool
    bell: bool
    code: int | None
    desktop: bool


def channels(notify: Notify, environment: Mapping[str, str], platform: str) -> Channels:
    """What the preferences come to on this terminal and machine."""
    said = " ".join(environment.get(name, "").lower() for name in _NAMED)
    known: int | None = None
    if any(name in said for name in _BY_777) or environment.get("VTE_VERSION"):
        known = 777
    elif any(name in said for name in _BY_9):
        known = 9
    # Others skip what they do not know, as ECMA-48 has it; those without any such codes get none.
    guessed = known or (None if environment.get("TERM", "").lower() in _NONE else 9)
    code = {"osc9": 9, "osc777": 777, "off": None}.get(notify.terminal, guessed)
    here = platform == "darwin" or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    far = bool(environment.get("SSH_CONNECTION"))
    notified = known is not None and notify.terminal != "off"
    desktop = notify.desktop == "on" or (notify.desktop == "auto" and here and not far and not notified)
    return Channels(notify.toast, notify.bell, code, desktop)


def control_codes(told_by: Channels, title: str, text: str, environment: Mapping[str, str]) -> str:
    """What is written to the terminal; nothing at all where neither bell nor notification is wanted."""
    if told_by.code is None:
        return "\a" if told_by.bell else ""
    # A semicolon would begin another part; and a text that begins with a digit is a command to some terminals.
    title, text = (_plain(part).replace(";", ",") for part in (title, text))
    said = f"777;notify;MultiTool: {title};{text}" if told_by.code == 777 else f"9;MultiTool: {title}. {text}"
    code = f"\x1b]{said}\x1b\\"
    if environment.get("TMUX"):
        escaped = code.replace("\x1b", "\x1b\x1b")
        code = f"\x1bPtmux;{escaped}\x1b\\"
    return ("\a" if told_by.bell else "") + code


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:_LONGEST]
