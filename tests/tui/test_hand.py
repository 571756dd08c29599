"""What nobody waits for comes after what a key has asked for."""

from __future__ import annotations

import asyncio

from multitool_tui.controller.snapshot import Snapshot
from multitool_tui.tui.hand import Hand

from .fake import FakeController, make_app
from .pictures import MIDDLE, quiet
from .scenes import fleet, mid_canary


class Held(Hand):
    """One that has always just pressed something, and is answered after so many seconds."""

    waits = 3600.0


def test_a_hand_waits_for_a_twentieth_of_a_second() -> None:
    moments = iter((0.0, 1.0, 1.02, 1.02, 1.2, 1.2))
    hand = Hand(lambda: next(moments))
    hand.pressed()
    assert abs(hand.waits - 0.03) < 1e-9
    assert abs(hand.rests - 0.02) < 1e-9
    assert hand.waits == 0.0
    assert abs(hand.rests - 0.2) < 1e-9


async def test_a_snapshot_of_many_rollouts_waits_until_a_key_is_answered_and_one_of_few_does_not() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        app._hand = Held()
        few = fleet(20)
        controller.push(few)
        await quiet(pilot)
        assert app.scene is not None
        assert app.scene.snapshot is few
        controller.push(fleet(21))
        await quiet(pilot)
        assert app.scene.snapshot is few


async def test_of_those_that_have_waited_the_newest_is_shown() -> None:
    controller = FakeController(mid_canary())
    app = make_app(controller)
    async with app.run_test(size=MIDDLE) as pilot:
        await quiet(pilot)
        shown, there = list[Snapshot](), asyncio.Event()

        def seen() -> None:
            assert app.scene is not None
            assert app.scene.snapshot is not None
            shown.append(app.scene.snapshot)
            if app.scene.snapshot is newest:
                there.set()

        first, newest = fleet(40), fleet(41)
        app.watch(app, "scene", seen, init=False)
        app._hand = hand = Held()
        hand.waits = 0.001
        controller.push(first)
        controller.push(newest)
        await asyncio.wait_for(there.wait(), 30)
        assert first not in shown
