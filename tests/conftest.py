"""What all tests share: hypothesis tries the same examples in every run, and only what hangs is ended by time."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import settings

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.load_profile("same every time")


@pytest.fixture(autouse=True)
def _an_outlook_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a rollout could tell is the matter of one test file; everywhere else one run of it will do."""
    monkeypatch.setattr("multitool_tui.controller.outlook._RUNS", 1)


_MODELS: dict[Any, Any] = {}


@pytest.fixture(scope="session", autouse=True)
def _sessions_open_quickly() -> Iterator[None]:
    """The SDK reads its models once for all sessions of the process, and no certificates for a loopback without TLS."""
    init = Loader.__init__

    def sharing(loader: Loader, *args: Any, **named: Any) -> None:
        init(loader, *args, **named)
        loader._cache = _MODELS

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Loader, "__init__", sharing)
        patch.setattr("aiobotocore.httpsession.get_cert_path", lambda _: None)
        yield


_LONGEST = 2400  # seconds of a test of the longer suite; the others have the limit of pyproject.toml


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.timeout(_LONGEST))
