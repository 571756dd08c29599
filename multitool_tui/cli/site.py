"""The site behind `multitool serve`: textual-serve's, behind a token, for this machine's own browsers alone.

Importing this needs the extra `serve`.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable

from aiohttp import web
from textual_serve.server import Server

HOST = "127.0.0.1"
_TOKEN_BYTES = 32
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site(Server):
    """One process of `command` for each page that is open. All is below `/TOKEN/`, the websocket and the files too."""

    def __init__(self, command: str, port: int) -> None:
        super().__init__(command, host=HOST, port=port, title="MultiTool", public_url=f"http://{HOST}:{port}")
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._authority = f"{HOST}:{port}"

    @property
    def address(self) -> str:
        """Where it is. Whoever has this has the screen."""
        return f"http://{self._authority}/{self._token}/"

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing: who serves says it."""

    async def application(self) -> web.Application:
        """The whole of it."""
        site = web.Application(middlewares=[self._guard])
        site.add_subapp(f"/{self._token}/", await self._make_app())
        return site

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Let in only who has the token, and comes from this site's own address.

        Host keeps out a name that another site has made to point here (DNS rebinding); Origin, another site's pages,
        which may open a websocket to anywhere.
        """
        token = request.path.split("/")[1]
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            raise web.HTTPNotFound(text="There is nothing here.\n")
        own = f"http://{self._authority}"
        origin = request.headers.get("Origin")
        asks_for_a_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if (
            request.headers.get("Host") != self._authority
            or origin not in ((own,) if asks_for_a_socket else (own, None))
            or request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none")
        ):
            raise web.HTTPForbidden(text=f"Only pages of {own} may come here.\n")
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_headers(self._authority))
        return response


def _headers(authority: str) -> dict[str, str]:
    """Nothing from elsewhere is loaded, no other page shows this one, and its address is told to nobody."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self' 'unsafe-inline'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": f"'self' ws://{authority}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


async def serve(command: str, port: int, began: Callable[[Site], None]) -> None:
    """Serve until cancelled; on a free port where `port` is 0.

    Raises:
        OSError: the port cannot be used.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    site = Site(command, listener.getsockname()[1])
    runner = web.AppRunner(await site.application(), access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        began(site)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
