"""What a process no longer needs goes back to the system."""

from __future__ import annotations

import platform

import pytest

from multitool_tui.controller.memory import give_back
from tests.support.resident import resident


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries give back by themselves, or not at all"
)
def test_what_lies_free_between_things_that_stay_is_given_back() -> None:
    many = [bytes(2000) for _ in range(20_000)]
    stays = many[::5000]  # above what is let go, so that it does not go by itself
    stays.append(many[-1])
    del many
    before = resident()
    give_back()
    assert before - resident() > 20
    assert len(stays) == 5
