"""One story a feature: whoever adds a feature to the ledger adds its story here."""

from tests.permissions.stories import (
    beside,
    doctor,
    keys,
    observe,
    publish,
    replay,
    run,
    setup,
    smoke,
    stages,
    teardown,
    watch,
)
from tests.permissions.story import Story

STORIES: tuple[Story, ...] = (
    watch.STORY,
    run.STORY,
    publish.STORY,
    stages.STORY,
    smoke.STORY,
    replay.STORY,
    doctor.STORY,
    keys.STORY,
    setup.STORY,
    teardown.STORY,
    *beside.STORIES,
    *observe.STORIES,
)
