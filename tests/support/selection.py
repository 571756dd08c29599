"""Which cases of a long table the default run tries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

T = TypeVar("T")


def some_of(cases: Sequence[T], number: int) -> list[T | ParameterSet]:
    """All of them, of which about so many are in the default run, evenly spread, and the others in the longer one."""
    every = max(1, len(cases) // number)
    return [case if at % every == 0 else pytest.param(case, marks=pytest.mark.long) for at, case in enumerate(cases)]
