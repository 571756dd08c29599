"""What all tests share: hypothesis tries the same examples in every run, and only what hangs is ended by time."""

import pytest
from hypothesis import settings

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile("same every time")

_LONGEST = 2400  # seconds of a test of the longer suite; the others have the limit of pyproject.toml


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(_LONGEST))
