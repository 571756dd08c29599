"""A first manifest, made of what an account has."""

from __future__ import annotations

import re
from collections.abc import Sequence

import tomlkit

from multitool_tui.rollout.strategies import ADAPTIVE, STRATEGIES


def first_manifest(aliases: Sequence[tuple[str, str]], alarms: Sequence[str], place: str) -> str:
    """A manifest's text with a rollout for each (function, alias).

    An alias that most functions have becomes the default; an alarm is taken for a function's where its name has that
    of the function, and no longer one, as whole words.
    """
    document = tomlkit.document()
    document.add(tomlkit.comment(f"What is released where, and by which plan: {place}."))
    document.add(tomlkit.comment("Every key is in `multitool config schema`; `multitool config check` finds mistakes."))
    usual = max(sorted({alias for _, alias in aliases}), key=lambda name: sum(alias == name for _, alias in aliases))
    defaults = tomlkit.table()
    defaults.add("alias", usual)
    strategy = tomlkit.item(ADAPTIVE)
    strategy.comment(f"or {', '.join(name for name in STRATEGIES if name != ADAPTIVE)}")
    defaults.add("strategy", strategy)
    defaults.add(tomlkit.comment('freeze = ["Fri 16:00 - Mon 08:00 Europe/Berlin"]'))
    document.add(tomlkit.nl())
    document.add("defaults", defaults)
    rollouts = tomlkit.table(is_super_table=True)
    taken: set[str] = set()
    for function, alias in aliases:
        keys = tomlkit.table()
        keys.add("function", function)
        if alias != usual:
            keys.add("alias", alias)
        if own := _alarms_of(function, alarms, [name for name, _ in aliases]):
            keys.add("alarms", own)
        keys.add(tomlkit.nl())
        rollouts.add(_name(function, alias if alias != usual else "", taken), keys)
    document.add("rollouts", rollouts)
    return tomlkit.dumps(document).rstrip() + "\n"


def _name(function: str, alias: str, taken: set[str]) -> str:
    name = f"{function}-{alias}" if alias else function
    while name in taken or name in STRATEGIES:
        name += "-2"
    taken.add(name)
    return name


def _alarms_of(function: str, alarms: Sequence[str], functions: Sequence[str]) -> list[str]:
    longer = [name for name in functions if name != function and _has(name, function)]
    return [alarm for alarm in alarms if _has(alarm, function) and not any(_has(alarm, name) for name in longer)]


def _has(text: str, name: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) is not None
