from tests.controller.conftest import _sandbox_credentials

__all__ = ["_sandbox_credentials"]
