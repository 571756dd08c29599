"""A deployment package on its way: as a stream, whatever its size."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from multitool_tui.aws.session import AwsSession, Options
from multitool_tui.aws.upload import UploadBody
from multitool_tui.clock import SystemClock
from multitool_tui.rollout.package import Package

_SIZE = 50 * 1024 * 1024


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_608, 500_000])
def test_the_body_is_the_json_that_the_sdk_would_write(size: int) -> None:
    content = hashlib.shake_256(b"any").digest(size)
    shares: list[float] = []
    body = UploadBody(io.BytesIO(content), size, {"RevisionId": 'a"b'}, shares.append)
    assert body.seek(0, io.SEEK_END) == body.tell()
    length = body.tell()
    for _ in range(2):  # signed, then sent
        body.seek(0)
        read = b"".join(iter(lambda: body.read(10_000), b""))
        assert len(read) == body.tell() == length
        assert json.loads(read) == {"ZipFile": base64.b64encode(content).decode(), "RevisionId": 'a"b'}
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


class Counting:
    """Lambda with one function; of what is uploaded only the length and the digest are kept."""

    def __init__(self) -> None:
        self.code, self.received = "old", 0

    async def configuration(self, _: web.Request) -> web.Response:
        return web.json_response(
            {"FunctionName": "checkout", "Version": "$LATEST", "Role": "role", "CodeSha256": self.code}
        )

    async def update(self, request: web.Request) -> web.Response:
        head, digest = len(b'{"ZipFile":"'), hashlib.sha256()
        waiting = b""
        async for chunk in request.content.iter_chunked(65536):
            self.received += len(chunk)
            waiting += chunk[head:]
            head = max(0, head - len(chunk))
            whole = len(waiting) // 4 * 4
            text, waiting = waiting[:whole], waiting[whole:]
            if b'"' in text:
                text, waiting = text[: text.index(b'"')], b""
            digest.update(base64.b64decode(text))
        self.code = base64.b64encode(digest.digest()).decode()
        return await self.configuration(request)


@asynccontextmanager
async def serving(lambda_: Counting) -> AsyncIterator[str]:
    app = web.Application(client_max_size=0)
    app.router.add_get("/2015-03-31/functions/checkout/configuration", lambda_.configuration)
    app.router.add_put("/2015-03-31/functions/checkout/code", lambda_.update)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_fifty_megabytes_take_less_than_a_tenth_of_that_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "build.zip"
    with path.open("wb") as file:
        file.truncate(_SIZE)
    with path.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha256").digest()).decode()
    package = Package("checkout", str(path), _SIZE, digest, "old")
    lambda_, shares = Counting(), list[float]()
    async with serving(lambda_) as url, AwsSession(Options(endpoint_url=url), SystemClock()) as session:
        code = await session.code("checkout")
        tracemalloc.start()
        try:
            await code.upload(package, shares.append)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        await asyncio.sleep(0)
    assert lambda_.code == digest
    assert lambda_.received > _SIZE * 4 / 3
    assert (shares == sorted(shares), shares[-1]) == (True, 1.0)
    assert peak < _SIZE / 10
