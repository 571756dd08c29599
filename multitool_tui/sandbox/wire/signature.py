"""Who asks, and for which region: the credential scope of a SigV4 Authorization header. Signatures are not checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from multitool_tui.sandbox.wire.messages import Request

_SCOPE = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d{8}/(?:(?P<region>[^/,\s]+)/)?(?P<service>[^/,\s]+)/aws4_request")


@dataclass(frozen=True)
class Caller:
    """The access key that signed a request, and what it was signed for. SigV4a names no region."""

    access_key_id: str
    region: str | None
    service: str


def caller_of(request: Request) -> Caller | None:
    """The signer of `request`, or None when it is not signed."""
    match = _SCOPE.search(request.headers.get("authorization", ""))
    return Caller(match["key"], match["region"], match["service"]) if match else None
