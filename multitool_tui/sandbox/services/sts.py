"""STS: who am I."""

from __future__ import annotations

from multitool_tui.sandbox.functions.names import Place
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.wire.messages import Params

USER_NAME = "sandbox"
USER_ID = "AIDASANDBOXSANDBOXSA"


def caller_arn(place: Place) -> str:
    """Everybody is the same user here."""
    return place.user_arn(USER_NAME)


def get_caller_identity(region: Region, _params: Params) -> Params:
    return {"UserId": USER_ID, "Account": region.place.account, "Arn": caller_arn(region.place)}
