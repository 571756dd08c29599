"""STS: who am I."""

from __future__ import annotations

from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.wire.messages import Params


def caller_arn(region: Region) -> str:
    """Everybody is the same user here."""
    return f"arn:aws:iam::{region.place.account}:user/sandbox"


def get_caller_identity(region: Region, _params: Params) -> Params:
    return {"UserId": "AIDASANDBOXSANDBOXSA", "Account": region.place.account, "Arn": caller_arn(region)}
