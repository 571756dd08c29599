"""Which runtime the versions that serve run on, and when they get a newer one."""

from __future__ import annotations

import asyncio

from multitool_tui.aws.observability import wiring
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Facts, Form, Page, Part, Row, Table
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values

_RUNTIME = "Runtime of the versions that serve"


async def load(desk: Desk, subject: Subject) -> Page:
    """The runtime of the baseline and of the canary."""
    return await desk.page((_RUNTIME, _runtimes(desk, subject)))


async def _runtimes(desk: Desk, subject: Subject) -> Part:
    client = await desk.functions()
    found = await asyncio.gather(*(wiring.runtime(client, subject.function, each) for each in subject.versions))
    rows = tuple(
        Row(
            (f"v{one.version}", one.name, _WHEN.get(one.updates, one.updates), one.arn.rpartition(":")[2] or None),
            pack("runtime", one.version),
        )
        for one in found
    )
    empty = f"No version of {subject.name} is known to serve."
    return Table(_RUNTIME, ("version", "runtime", "gets a newer one", "is on"), rows, empty)


_WHEN = {"Auto": "by itself", "FunctionUpdate": "when it is published", "Manual": "never: pinned"}


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """What a version runs on."""
    _, (version,) = unpack(key)
    return await desk.page(("", _runtime(desk, subject, version)), title=f"v{version}")


async def _runtime(desk: Desk, subject: Subject, version: str) -> Part:
    found = await wiring.runtime(await desk.functions(), subject.function, version)
    return Facts(
        "",
        (
            ("Runtime", found.name),
            ("Gets a newer one", _WHEN.get(found.updates, found.updates)),
            ("Runs on", found.arn or None),
            ("Pinned to", found.pinned or None),
        ),
    )


async def _ask_pin(desk: Desk, subject: Subject, key: str) -> Form:
    del key
    arn, differ = await _common_runtime(desk, subject)
    versions = " and ".join(f"v{version}" for version in subject.versions)
    return Form(
        f"Pin the runtime of {versions}?",
        "Neither gets a newer runtime until it is let go again, so that an update of AWS's is not taken for a "
        "change of the canary's. Let it go when the rollout is over: a pinned runtime gets no security fixes.",
        "Pin",
        (("Runtime", arn), *((("Now", differ),) if differ else ())),
    )


async def _common_runtime(desk: Desk, subject: Subject) -> tuple[str, str]:
    """The runtime to pin both versions to: the baseline's, as that is what the canary is compared with."""
    if not subject.versions:
        raise ValueError(f"No version of {subject.name} is known to serve: there is nothing to pin.")
    client = await desk.functions()
    found = await asyncio.gather(*(wiring.runtime(client, subject.function, each) for each in subject.versions))
    arn = next((one.arn for one in found if one.arn), "")
    if not arn:
        raise ValueError("AWS does not say which runtime they run on: a container image has none of AWS's.")
    if len({one.name for one in found}) > 1:
        raise ValueError(f"The versions run on {' and '.join(one.name for one in found)}: they cannot share a runtime.")
    differ = any(one.arn and one.arn != arn for one in found)
    return arn, "the versions run on two: both get the baseline's" if differ else ""


async def _pin(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del key, given
    arn, _ = await _common_runtime(desk, subject)
    client = await desk.functions()
    for version in subject.versions:
        await wiring.manage_runtime(client, subject.function, version, "Manual", arn)
    return f"{' and '.join(f'v{each}' for each in subject.versions)} stay on the runtime that they have."


async def _ask_unpin(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, key
    versions = " and ".join(f"v{version}" for version in subject.versions) or "nothing"
    return Form(f"Let the runtime of {versions} go?", "AWS gives them newer runtimes again, by itself.", "Let go")


async def _unpin(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del key, given
    client = await desk.functions()
    for version in subject.versions:
        await wiring.manage_runtime(client, subject.function, version, "Auto")
    return f"{' and '.join(f'v{each}' for each in subject.versions)} get newer runtimes again."


TAB = Tab(
    "runtime",
    "Runtime",
    "the runtime of both versions, to pin while a canary is out",
    load,
    look,
    (
        Deed("pin-runtime", "p", "Pin the runtime", _ask_pin, _pin),
        Deed("unpin-runtime", "u", "Let it go", _ask_unpin, _unpin),
    ),
)
