from __future__ import annotations

import pytest

from tests.support.world import use_sandbox_credentials


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
