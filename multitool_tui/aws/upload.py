"""A function's code, written as it is sent: a zip of 50 MB never is in memory, nor its base64."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from multitool_tui.aws.errors import Refused
from multitool_tui.rollout.package import Package

_AT_ONCE = 3 * 65536  # a multiple of three: base64 of the pieces is that of the whole


class UploadBody(io.RawIOBase):
    """JSON with a file as its `ZipFile`, as the SDK would write it. It can be begun again, and is read to its end.

    The SDK reads it twice: to sign it, and to send it. `sent` is called in any thread with the share (0-1) of the
    second reading.
    """

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        others: dict[str, Any],
        sent: Callable[[float], None],
        *,
        within: str | None = None,
    ) -> None:
        """`size`: of the file, in bytes. `others`: the other members. `within`: the member that `ZipFile` is in, where
        it is not a member itself."""
        super().__init__()
        self._file = file
        self._head = b'{"ZipFile":"' if within is None else b'{%s:{"ZipFile":"' % json.dumps(within).encode()
        self._tail = b'"' if within is None else b'"}'
        self._tail += "".join(f",{json.dumps(key)}:{json.dumps(value)}" for key, value in others.items()).encode()
        self._tail += b"}"
        self._length = len(self._head) + 4 * -(-size // 3) + len(self._tail)
        self._sent = sent
        self._total = 0
        self._begin()

    def _begin(self) -> None:
        self._file.seek(0)
        self._position = 0
        self._waiting, self._at_end = self._head, False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to the beginning, or to the end to find the length: nothing else is asked for."""
        if (offset, whence) == (0, io.SEEK_END):
            self._position = self._length
        elif (offset, whence) == (0, io.SEEK_SET):
            self._begin()
        else:
            raise io.UnsupportedOperation("only to the beginning or the end")
        return self._position

    def read(self, size: int = -1) -> bytes:
        if not self._waiting and not self._at_end:
            piece = self._file.read(_AT_ONCE)
            self._waiting, self._at_end = (base64.b64encode(piece), False) if piece else (self._tail, True)
        chunk = self._waiting if size < 0 else self._waiting[:size]
        self._waiting = self._waiting[len(chunk) :]
        self._position += len(chunk)
        self._total += len(chunk)
        if self._total > self._length:
            self._sent(min(1.0, self._total / self._length - 1))
        return chunk


@contextmanager
def sending(client: Any, operation: str, body: UploadBody) -> Iterator[None]:
    """The next call of an operation of Lambda's has `body`, whatever it is given."""

    def stream(params: dict[str, Any], **_: Any) -> None:
        params["body"] = body

    client.meta.events.register(f"before-call.lambda.{operation}", stream)
    try:
        yield
    finally:
        client.meta.events.unregister(f"before-call.lambda.{operation}", stream)


def open_package(package: Package) -> BinaryIO:
    """The file, which must still be what it was. The caller closes it.

    Raises:
        Refused: it is not, or cannot be read.
    """
    try:
        file = Path(package.path).open("rb")  # noqa: SIM115 - the caller closes it
        with_sum = hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise Refused(f"{package.path} cannot be read any more ({error.strerror}): run it again.") from None
    if base64.b64encode(with_sum).decode() != package.sha256:
        file.close()
        raise Refused(f"{package.path} is not the file any more that this began with: run it again.")
    return file
