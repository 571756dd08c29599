"""The operator's own editor on a text, while the screen is away and every rollout goes on."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from textual.app import App, SuspendNotSupported

_USUAL = ("nano", "vim", "vi")


class NotEdited(Exception):
    """The text was not edited; says why, in one sentence, and where what was written is kept."""


def editor_command(
    environment: Mapping[str, str] = os.environ, which: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """VISUAL, or EDITOR, or what there is.

    Raises:
        NotEdited: there is none.
    """
    for variable in ("VISUAL", "EDITOR"):
        if said := environment.get(variable, "").strip():
            try:
                return shlex.split(said)
            except ValueError:
                raise NotEdited(f"{variable} cannot be understood: {said!r} has a quote that does not end.") from None
    for name in _USUAL:
        if which(name):
            return [name]
    raise NotEdited("There is no editor: set VISUAL or EDITOR to one.")


async def edit(app: App[Any], text: str, name: str) -> str:
    """Have a text edited in a file of this name, and return what was saved.

    Raises:
        NotEdited: there is no editor, it failed, or this terminal cannot be lent to one.
    """
    command = editor_command()
    folder = Path(mkdtemp(prefix="multitool-"))
    file = folder / name
    file.write_text(text, encoding="utf-8")
    try:
        # Nothing is drawn meanwhile; but the event loop goes on, and with it every rollout.
        with app.batch_update(), app.suspend():
            code = await _run([*command, str(file)])
        app.refresh(layout=True)
        if isinstance(code, OSError):
            raise code
        edited = file.read_text(encoding="utf-8")
    except SuspendNotSupported:
        shutil.rmtree(folder, ignore_errors=True)
        raise NotEdited("This terminal cannot be lent to an editor.") from None
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NotEdited(f"{command[0]} does not run: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise NotEdited(f"What was saved is not UTF-8 text; it is kept in {file}.") from None
    if code and edited != text:
        raise NotEdited(f"{command[0]} ended with {code}: nothing was taken over. What was saved is in {file}.")
    shutil.rmtree(folder, ignore_errors=True)
    if code:
        raise NotEdited(f"{command[0]} ended with {code}: nothing was taken over.")
    return edited


async def _run(command: list[str]) -> int | OSError:
    """Run it on this terminal. A ctrl-c there is its own and does not end the screen; when that ends, it does, too."""
    loop = asyncio.get_running_loop()
    with suppress(ValueError, RuntimeError, NotImplementedError):  # only a process's main thread hears signals
        loop.add_signal_handler(signal.SIGINT, lambda: None)
    try:
        process = await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        return error  # raised here, it would leave the terminal as the editor should have it
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
        with suppress(ValueError, RuntimeError, NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
