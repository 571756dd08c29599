"""Runs a plan's hooks: commands and webhooks that get what was decided as JSON. Nothing waits for them but a step."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from multitool_tui.clock import Clock
from multitool_tui.journal.codec import plain
from multitool_tui.rollout.hooks import Hook, When
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.receipts import ENGINE, Receipt, Severity
from multitool_tui.words import duration

_log = logging.getLogger(__name__)
_ALWAYS_SEEN = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")
"""What every command may see of the environment; keys and tokens it must ask for by name."""
_LONGEST = 160  # characters of what a command has said last
_KEPT = 4096  # bytes of it


class Hooks:
    """`told` gets a receipt of how each has ended."""

    def __init__(self, hooks: Sequence[Hook], clock: Clock, told: Callable[[Receipt], None]) -> None:
        self._hooks = hooks
        self._clock = clock
        self._told = told
        self._running: set[asyncio.Task[str | None]] = set()

    def begin(self, when: When, rollout: Rollout, receipt: Receipt) -> None:
        """Run all hooks that nothing waits for."""
        for hook in self._hooks:
            if hook.when is when and not hook.blocking:
                task = asyncio.create_task(self._run(hook, rollout, receipt), name=f"hook {hook.name}")
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def pass_before_step(self, rollout: Rollout, receipt: Receipt) -> str | None:
        """Run what a step waits for, one after the other. None, or why the step must not be taken."""
        self.begin(When.BEFORE_STEP, rollout, receipt)
        for hook in self._hooks:
            if hook.when is When.BEFORE_STEP and hook.blocking:
                failed = await self._run(hook, rollout, receipt)
                if failed:
                    return f"Hook {hook.name!r} refuses this step: {failed}."
        return None

    async def close(self) -> None:
        """Wait for those that are under way: each has its own timeout."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, hook: Hook, rollout: Rollout, receipt: Receipt) -> str | None:
        """Run one. None, or what went wrong, as the end of a sentence."""
        document = json.dumps(_document(hook, rollout, receipt)).encode()
        try:
            async with asyncio.timeout(hook.timeout.total_seconds()):
                failed = await (_command(hook, document) if hook.command else _webhook(hook, document))
        except TimeoutError:
            failed = f"it has not ended within {duration(hook.timeout)}"
        except OSError as error:
            failed = f"it cannot be run ({error.strerror or type(error).__name__})"
        except Exception as error:  # noqa: BLE001 - nothing of the operator's own may end a rollout
            _log.warning("hook %s failed: %s", hook.name, type(error).__name__)
            failed = f"it cannot be run ({type(error).__name__})"
        severity = Severity.WARNING if failed else Severity.INFO
        reason = f"{receipt.action}: {failed}." if failed else f"{receipt.action}: done."
        action = f"hook {hook.name}"
        self._told(
            replace(receipt, at=self._clock.now(), action=action, reason=reason, actor=ENGINE, severity=severity)
        )
        return failed


def _document(hook: Hook, rollout: Rollout, receipt: Receipt) -> dict[str, Any]:
    """What a hook is told; docs/hooks.md has it."""
    return {
        "hook": hook.name,
        "when": hook.when.value,
        "rollout": rollout.id,
        "target": rollout.target,
        "baseline": rollout.baseline,
        "canary": rollout.canary,
        "state": rollout.state.value,
        "weight": rollout.weight,
        "wanted": rollout.wanted,
        "strategy": rollout.plan.strategy,
        "receipt": plain(receipt),
    }


async def _command(hook: Hook, document: bytes) -> str | None:
    """Run a program in a process group of its own, which does not outlive its time."""
    seen = {name: os.environ[name] for name in (*_ALWAYS_SEEN, *hook.environment) if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *hook.command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=seen,
        start_new_session=True,
    )
    try:
        said = await _converse(process, document)
        status = await process.wait()
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # also what it has left behind
        await process.wait()
    if not status:
        return None
    last = next((line for line in reversed(said.decode(errors="replace").splitlines()) if line.strip()), "")
    return f"it ended with {status}" + (f" ({' '.join(last.split())[:_LONGEST]})" if last else "")


async def _converse(process: asyncio.subprocess.Process, document: bytes) -> bytes:
    """Give a process its document, and hear it out; the last of what it has said."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    with suppress(BrokenPipeError, ConnectionResetError):  # it need not read it
        process.stdin.write(document)
        await process.stdin.drain()
    process.stdin.close()
    said = b""
    while chunk := await process.stdout.read(_KEPT):
        said = (said + chunk)[-_KEPT:]
    return said


async def _webhook(hook: Hook, document: bytes) -> str | None:
    from multitool_tui.controller.posting import NotSent, post  # only here: who has no webhook needs no client

    variables = [*([hook.secret_url] if hook.secret_url else []), *(name for _, name in hook.secret_headers)]
    missing = [name for name in variables if name not in os.environ]
    if missing:
        return f"the environment has no variable {missing[0]}"
    url = os.environ[hook.secret_url] if hook.secret_url else hook.url
    if hook.secret_url and not url.startswith("https://"):
        return f"the URL in {hook.secret_url} does not begin with https"
    secrets = {header: os.environ[name] for header, name in hook.secret_headers}
    try:
        await post(url, document, secrets)
    except NotSent as why:
        return str(why)
    return None
