"""Somebody asks what is wrong before a rollout does."""

from __future__ import annotations

from multitool_tui.controller.doctor.finding import Health
from multitool_tui.permissions.features import DOCTOR
from tests.controller.doctor.support import a_subject, report
from tests.permissions.story import Story, Told
from tests.support.world import World


async def examining(stage: World) -> Told:
    async with a_subject(stage.sandbox.url, stage.clock, wanted=(DOCTOR,)) as subject:
        rows = await report(subject)
    refused = [row for row in rows.values() if row.check in ("may doctor", "access keys", "lambda limits")]
    return Told(
        all(row.health is not Health.FAILED for row in rows.values()),
        tuple(row.sentence for row in refused),
    )


STORY = Story(DOCTOR, examining)
