"""Serves a supervisor's metrics to Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

    from multitool_tui.controller.supervisor import Supervisor


async def serve_metrics(supervisor: Supervisor, host: str, port: int) -> web.AppRunner:
    """Answer GET /metrics until `cleanup` is called.

    Raises:
        OSError: nothing can listen there.
    """
    from aiohttp import web

    from multitool_tui.views.prometheus import exposition

    async def answer(_: web.Request) -> web.Response:
        body = exposition(supervisor.snapshot).encode()
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    application = web.Application()
    application.router.add_get("/metrics", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
