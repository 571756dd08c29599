import pytest

from tests.support.world import use_sandbox_credentials


@pytest.fixture(autouse=True)
def _sandbox_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    use_sandbox_credentials(monkeypatch)
    # The SDK's pauses between its retries are in real time; the tests' clock is not.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture(autouse=True)
def _a_screen_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read when a test asks, and need not be painted sixty times in each real second of a simulated hour."""
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 0.5)
