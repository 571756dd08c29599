"""How the versions that serve are set, beside what is published next: what differs but the code?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from multitool_tui.aws import settings
from multitool_tui.aws.settings import LATEST, LONGEST, MEMORY, Settings
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Facts, Field, Form, Page, Part, Row, Table
from multitool_tui.controller.observe.reading import number
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values
from multitool_tui.words import duration, parse_duration, write_duration

_SETTINGS = "Settings of the versions that serve, and of the next one"


async def load(desk: Desk, subject: Subject) -> Page:
    """Baseline, canary, and what would be published now."""
    return await desk.page((_SETTINGS, _all(desk, subject)))


async def _all(desk: Desk, subject: Subject) -> Part:
    client = await desk.functions()
    found = await asyncio.gather(
        *(settings.settings(client, subject.function, version) for version in (*subject.versions, LATEST))
    )
    rows = tuple(
        Row(
            (
                _name(one.version),
                f"{one.memory} MB",
                one.timeout,
                one.handler or None,
                len(one.variables),
                len(one.layers),
            ),
            pack("next" if one.version == LATEST else "version", one.version),
        )
        for one in found
    )
    return Table(_SETTINGS, ("version", "memory", "timeout", "handler", "variables", "layers"), rows, "")


def _name(version: str) -> str:
    return "next" if version == LATEST else f"v{version}"


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """The settings of one version."""
    _, (version,) = unpack(key)
    return await desk.page(("", _one(desk, subject, version)), title=_name(version))


async def _one(desk: Desk, subject: Subject, version: str) -> Part:
    found = await settings.settings(await desk.functions(), subject.function, version)
    return Facts(
        "",
        (
            ("Memory", f"{found.memory} MB"),
            ("Timeout", found.timeout),
            ("Handler", found.handler or None),
            ("Architecture", found.architecture or None),
            ("Variables", ", ".join(found.variables) or None),
            ("Layers", ", ".join(found.layers) or None),
        ),
    )


async def _ask_change(desk: Desk, subject: Subject, key: str) -> Form:
    del key
    found = await _next(desk, subject)
    return Form(
        f"Settings of {subject.function}'s next version",
        "What serves now keeps its own. A version that is published from now on has these, and is released as a canary "
        "like any other.",
        "Set",
        fields=(
            Field("memory", "Memory", f"{found.memory}", f"{MEMORY[0]} to {MEMORY[1]} MB"),
            Field("timeout", "Timeout", write_duration(found.timeout), f"1s to {duration(LONGEST)}"),
        ),
    )


async def _next(desk: Desk, subject: Subject) -> Settings:
    return await settings.settings(await desk.functions(), subject.function, LATEST)


async def _change(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del key
    memory = int(number(given, "memory", least=MEMORY[0], most=MEMORY[1]))
    timeout = parse_duration(given.get("timeout", ""))
    if not timedelta(seconds=1) <= timeout <= LONGEST:
        raise ValueError(f"A timeout is 1s to {duration(LONGEST)} long, not {duration(timeout)}.")
    client = await desk.functions()
    await settings.change(client, subject.function, await _next(desk, subject), memory, timeout)
    return f"The next version of {subject.function} has {memory} MB, and {duration(timeout)} at most."


TAB = Tab(
    "settings",
    "Settings",
    "memory, timeout and the like of both versions and the next one",
    load,
    look,
    (Deed("change-settings", "e", "Set", _ask_change, _change, of="next:"),),
)
