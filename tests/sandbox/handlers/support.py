from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

from multitool_tui.sandbox.handlers.worker import Program


def zipped(files: dict[str, str]) -> bytes:
    """A package of these files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def program(text: str, **changes: Any) -> Program:
    """A version whose `app.py` is `text`."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine:3"
    package = zipped({"app.py": text})
    made = Program("mine", "3", arn, "eu-west-1", package, "app.handler", "python3.12", 5, 128, ())
    return replace(made, **changes)
