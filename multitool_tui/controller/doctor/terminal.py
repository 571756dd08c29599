"""The terminal, as far as a program can know it without asking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from multitool_tui.controller.doctor.finding import Finding, Health

_COLUMNS, _LINES = 80, 24  # what the screen is made for at least

# What terminals do with OSC 52, the sequence by which a program puts text into the clipboard, by TERM_PROGRAM. Source:
# each terminal's own documentation.
_KNOWN = {
    "Apple_Terminal": (False, "Terminal.app"),
    "ghostty": (True, "Ghostty"),
    "WezTerm": (True, "WezTerm"),
    "vscode": (True, "the terminal of VS Code"),
    "iTerm.app": (None, "iTerm2"),
}


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the process sees of it. `size`: columns and lines, None where standard output is no terminal.

    `tmux`: tmux's option set-clipboard, where the process runs in tmux and that could be asked.
    """

    size: tuple[int, int] | None
    encoding: str
    environment: Mapping[str, str]
    tmux: str | None = None


def look(terminal: Terminal) -> list[Finding]:
    """Size, colours, characters; and the clipboard."""
    if terminal.size is None:
        sentence = "Standard output is no terminal: the screen cannot open here, commands and --headless can."
        return [Finding("terminal", Health.OK, sentence, facts={"terminal": False})]
    return [_screen(terminal, *terminal.size), _clipboard(terminal)]


def _screen(terminal: Terminal, columns: int, lines: int) -> Finding:
    colours, unicode = _colours(terminal.environment), terminal.encoding.lower().replace("-", "").startswith("utf")
    facts = {"terminal": True, "columns": columns, "lines": lines, "colours": colours, "unicode": unicode}
    shown = {0: "no colours", 1 << 24: "16.7 million colours"}.get(colours, f"{colours} colours")
    letters = "Unicode" if unicode else f"{terminal.encoding}: ASCII is drawn"
    sentence = f"{columns}x{lines}, {shown}, {letters}."
    health, todo = Health.OK, ""
    if terminal.environment.get("TERM", "dumb") == "dumb":
        health, todo = Health.FAILED, "Set TERM to what this terminal is, like xterm-256color: the screen needs it."
    elif columns < _COLUMNS or lines < _LINES:
        health, todo = (
            Health.WARNING,
            f"Make it {_COLUMNS}x{_LINES} or larger: below that the screen leaves things out.",
        )
    elif not unicode:
        health, todo = Health.WARNING, "Set LANG to a UTF-8 locale, like C.UTF-8, for the full glyphs."
    return Finding("terminal", health, sentence, todo, facts=facts)


def _colours(environment: Mapping[str, str]) -> int:
    term = environment.get("TERM", "dumb")
    if environment.get("NO_COLOR") or term == "dumb":
        return 0
    if environment.get("COLORTERM", "") in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if "256color" in term else 16


def _clipboard(terminal: Terminal) -> Finding:
    environment = terminal.environment
    if "TMUX" in environment:
        works, who = _tmux(terminal.tmux), "tmux"
        todo = "In ~/.tmux.conf: set -g set-clipboard on. And the terminal around tmux has to take OSC 52."
    elif environment.get("TERM", "").startswith("screen"):
        works, who, todo = False, "screen", "screen passes no OSC 52 on: use tmux, or select with the mouse."
    else:
        works, who = _by_name(environment)
        todo = "Select with the mouse (with shift, or option on a Mac) where the key c copies nothing."
    facts = {"osc52": works}
    if works:
        return Finding(
            "clipboard", Health.OK, f"{_upper(who)} puts into the clipboard what the key c copies.", facts=facts
        )
    if works is None:
        sentence = f"{_upper(who)} takes the key c's copies (OSC 52) if it is set so: a program cannot find out."
        return Finding("clipboard", Health.OK, sentence, facts=facts)
    return Finding(
        "clipboard", Health.WARNING, f"{_upper(who)} takes no copies from the key c (OSC 52).", todo, facts=facts
    )


def _tmux(option: str | None) -> bool | None:
    return {"on": True, "external": False, "off": False}.get(option or "")


def _by_name(environment: Mapping[str, str]) -> tuple[bool | None, str]:
    if "KITTY_WINDOW_ID" in environment:
        return True, "kitty"
    if "WT_SESSION" in environment:
        return True, "Windows Terminal"
    return _KNOWN.get(environment.get("TERM_PROGRAM", ""), (None, "the terminal"))


def _upper(text: str) -> str:
    return text if text in ("kitty", "tmux", "screen") else text[:1].upper() + text[1:]
