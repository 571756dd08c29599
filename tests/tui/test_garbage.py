"""Garbage is collected in pauses and not at first: what is new, and everything when the operator is away."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from multitool_tui.tui.garbage import Garbage
from multitool_tui.tui.hand import Hand


class Moments:
    """A clock in seconds, a hand that goes by it, and when all that is not frozen was looked over."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hand = Hand(lambda: self.now)
        self.collected: list[float] = []

    def count(self, phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            self.collected.append(self.now)


class Knot:
    """What only a collection finds, since it knows itself."""

    def __init__(self) -> None:
        self.itself = self


def knots() -> int:
    return sum(isinstance(each, Knot) for each in gc.get_objects())


@pytest.fixture
def moments() -> Iterator[Moments]:
    made, before = Moments(), gc.get_threshold()
    gc.callbacks.append(made.count)
    gc.set_threshold(0)  # only what is asked for
    yield made
    gc.callbacks.remove(made.count)
    gc.set_threshold(*before)
    gc.unfreeze()


def read(garbage: Garbage, moments: Moments, until: float) -> None:
    """Turn twice a second, without a key."""
    while moments.now < until:
        moments.now += 0.5
        garbage.turn()


def press(garbage: Garbage, moments: Moments, until: float, every: float = 0.25) -> None:
    """Keys, and a turn after each pause that they leave."""
    while moments.now < until:
        moments.hand.pressed()
        garbage.turn()
        moments.now += every
        garbage.turn()


def test_it_begins_after_all_is_loaded_and_is_seldom_while_one_reads(moments: Moments) -> None:
    garbage = Garbage(moments.hand)
    read(garbage, moments, 70)
    assert moments.collected == [35, 65]  # what there is at 5 is left out of it


def test_it_follows_keys_once_they_are_answered_and_does_not_come_between_them(moments: Moments) -> None:
    garbage = Garbage(moments.hand)
    read(garbage, moments, 6)
    press(garbage, moments, 20)
    assert moments.collected == [10, 15, 20]
    press(garbage, moments, 60, every=0.05)
    assert moments.collected[-1] == 20
    press(garbage, moments, 60.5)
    assert len(moments.collected) == 4


def test_what_is_new_is_collected_and_what_is_old_when_one_is_away(moments: Moments) -> None:
    garbage = Garbage(moments.hand)
    old = Knot()
    read(garbage, moments, 20)
    del old
    new = Knot()
    del new
    assert knots() == 1  # the other one is frozen
    press(garbage, moments, 25)
    assert not knots()
    gc.unfreeze()
    assert knots() == 1
    gc.freeze()
    read(garbage, moments, 660)
    gc.unfreeze()
    assert not knots()


def test_whoever_presses_keys_is_not_away(moments: Moments) -> None:
    garbage = Garbage(moments.hand)
    old = Knot()
    read(garbage, moments, 20)
    del old
    while moments.now < 1800:
        read(garbage, moments, moments.now + 30)
        moments.hand.pressed()
    gc.unfreeze()
    assert knots() == 1


def test_python_has_it_back_in_the_end(moments: Moments) -> None:
    before = gc.get_threshold()
    garbage = Garbage(moments.hand)
    assert gc.get_threshold() == (*before[:2], 100)
    read(garbage, moments, 20)
    assert gc.get_freeze_count()
    garbage.restore()
    assert not gc.get_freeze_count()
    assert gc.get_threshold() == before
