"""What all tests share: hypothesis tries the same examples in every run, and only what hangs is ended by time."""

import pytest
from hypothesis import settings

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile("same every time")


@pytest.fixture(autouse=True)
def _an_outlook_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rollout could tell is the matter of one test file; everywhere else one run of it will do."""
    monkeypatch.setattr("multitool_tui.controller.outlook._RUNS", 1)


_LONGEST = 2400  # seconds of a test of the longer suite; the others have the limit of pyproject.toml


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(_LONGEST))
