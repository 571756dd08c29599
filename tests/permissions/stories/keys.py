"""A user of IAM renews an access key."""

from __future__ import annotations

import asyncio

import boto3

from multitool_tui.permissions.features import KEYS
from tests.permissions.story import Story, Told, typed
from tests.support.world import REGION, World

OLD = "AKIAUSERSOLDERKEY001"


async def renewing(stage: World) -> Told:
    await asyncio.to_thread(_sign_with, OLD, stage.sandbox.url)
    said = [await typed(stage, "doctor", "keys", "create", "--yes", "--show-secret")]
    said += [await typed(stage, "doctor", "keys", verb, OLD, "--yes") for verb in ("deactivate", "activate", "delete")]
    left = await typed(stage, "doctor", "keys")
    return Told(all(one.exit_code == 0 for one in said) and OLD not in left.stdout, tuple(one.stderr for one in said))


def _sign_with(key: str, url: str) -> None:
    """The sandbox's user has the keys that were ever signed with."""
    client = boto3.Session(key, "x", region_name=REGION).client("sts", endpoint_url=url)
    client.get_caller_identity()
    client.close()


STORY = Story(KEYS, renewing)
