"""One story a feature: whoever adds a feature to the ledger adds its story here."""

from tests.permissions.stories import doctor, keys, observe, publish, replay, run, setup, teardown, watch
from tests.permissions.story import Story

STORIES: tuple[Story, ...] = (
    watch.STORY,
    run.STORY,
    publish.STORY,
    replay.STORY,
    doctor.STORY,
    keys.STORY,
    setup.STORY,
    teardown.STORY,
    *observe.STORIES,
)
