"""The terminal, which may stall on a slow line, or be gone: it is never waited for.

Textual's own driver waits until the terminal has taken what is written, and with it the event loop, in which rollouts
are driven. This one drops what has no room, and paints everything anew when there is room again. And it knows sooner
that an escape was pressed.
"""

from __future__ import annotations

import os
import signal
import sys
from codecs import getincrementaldecoder
from contextlib import suppress
from queue import Full, Queue
from selectors import EVENT_READ, SelectSelector
from typing import TYPE_CHECKING, Any

from textual import constants
from textual._xterm_parser import XTermParser
from textual.driver import Driver

_PATIENCE = 0.1  # seconds that each of the last words waits for room: they put the terminal back as it was
_FAREWELL = 2.0  # seconds until they are written
_LISTENING = 0.1  # seconds after which the thread that reads sees that it is to end


def patient(driver: type[Driver]) -> type[Driver]:
    """The driver of a terminal as one that never waits for it; any other, like a browser's, as it is."""
    return PatientDriver if driver.__name__ == "LinuxDriver" else driver


if TYPE_CHECKING or sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver

    class PatientDriver(LinuxDriver):
        """Once the terminal is gone the process is told as the kernel tells it: by SIGHUP."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._behind = self._lost = False
            self._closing = True  # as it is until there is a thread that writes: in the background it may not begin

        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            self._closing = self._waiting is None

        def write(self, data: str) -> None:
            """Hand over what is to be written, if there is room for it."""
            waiting = self._waiting
            if waiting is None:
                self._lose()
                return
            if self._behind and not self._closing:
                if waiting.qsize():
                    return
                self._behind = False
                self._app.call_later(self._app.refresh, layout=True)
            try:
                waiting.put(data, block=self._closing, timeout=_PATIENCE)
            except Full:
                self._behind = True

        def run_input_thread(self) -> None:
            """Read keys. An escape is one, and begins others: it is known for what it is after `ESCAPE_DELAY`.

            Textual's own looks for that ten times a second, however short the delay is.
            """
            parser, decode = XTermParser(self._debug), getincrementaldecoder("utf-8")("replace").decode
            patience = _LISTENING
            with SelectSelector() as selector:
                selector.register(self.fileno, EVENT_READ)
                while not self.exit_event.is_set():
                    typed = ""
                    if selector.select(patience):
                        typed = decode(os.read(self.fileno, 4096))
                        if not typed:
                            self.exit_event.wait(_LISTENING)  # a part of a character, or the end
                    if typed:
                        for message in parser.feed(typed):
                            self.process_message(message)
                    for message in parser.tick():
                        self.process_message(message)
                    patience = constants.ESCAPE_DELAY + 0.001 if typed.endswith("\x1b") else _LISTENING

        def _sigcont_application(self, *_: Any) -> None:
            """Take the terminal back if it was given back; who was stopped by SIGSTOP has it still, and paints anew."""
            if self._must_signal_resume:
                super()._sigcont_application()
            elif not self._closing:
                self._app.call_later(self._app.refresh, layout=True)

        def stop_application_mode(self) -> None:
            self._closing = True
            super().stop_application_mode()

        def close(self) -> None:
            if (waiting := self._waiting) and self._writer_thread:
                with suppress(Full):
                    waiting.put(None, timeout=_PATIENCE)
                self._writer_thread.join(_FAREWELL)

        @property
        def _waiting(self) -> Queue[str | None] | None:
            """What the thread that writes has yet to write; None once it has ended: there is nothing to write to."""
            writer = self._writer_thread
            return writer._queue if writer and writer.is_alive() else None  # noqa: SLF001 - its `write` waits

        def _lose(self) -> None:
            if not (self._lost or self._closing):
                self._lost = True
                self.exit_event.set()  # else the thread that reads would find nothing, again and again
                signal.raise_signal(signal.SIGHUP)
