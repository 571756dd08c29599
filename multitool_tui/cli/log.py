"""The log file: what went wrong inside, for a bug report. Only our own loggers; the SDK's would hold signed headers."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from multitool_tui.cli.exits import Exit, Failure


def quiet_sdk() -> None:
    """Without a handler of its own the SDK writes warnings to standard error, tracebacks and all: on the screen."""
    logging.getLogger("aiobotocore").addHandler(logging.NullHandler())


def open_log(file: Path | None) -> None:
    """Write warnings and errors to `file`, or to the platform's log folder.

    Raises:
        Failure: a file that was asked for cannot be written.
    """
    import platformdirs

    path = file or Path(platformdirs.user_log_dir("multitool", appauthor=False)) / "multitool.log"
    quiet_sdk()
    logger = logging.getLogger("multitool_tui")
    logger.propagate = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=1, delay=file is None)
    except OSError as error:
        if file is not None:
            raise Failure(f"The log file {file} cannot be written: {error.strerror}.", Exit.USAGE) from None
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
