"""Hooks: told of a rollout, able to stop a step, and never in a rollback's way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from multitool_tui.cli.exits import Exit
from multitool_tui.cli.headless import exit_of
from multitool_tui.controller.commands import Promote, Resume, RollBack, Start
from multitool_tui.rollout.events import Obstacle
from multitool_tui.rollout.hooks import Hook, When
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import parse_plan
from tests.support.waiting import really
from tests.support.world import World, world


def shell(when: When, script: str, **keys: object) -> Hook:
    return Hook("tell", when, ("sh", "-c", script), **keys)  # type: ignore[arg-type]


async def start(stage: World, *hooks: Hook, plan: str = "10%/3m") -> None:
    steps = replace(parse_plan(plan), hooks=hooks, bake_after_promote=timedelta(minutes=2))
    await stage.supervisor.obey(Start(target="checkout:live", canary="42", plan=steps))


def said(stage: World) -> list[str]:
    return [entry.reason for entry in stage.supervisor.snapshot.entries if entry.action == "hook tell"]


async def test_a_step_waits_for_its_hook_which_is_told_what_was_decided(tmp_path: Path) -> None:
    async with world() as stage:
        file = tmp_path / "told"
        await start(stage, shell(When.BEFORE_STEP, f"cat > {file}"))
        assert stage.on_alias() == ("41", {})
        await really(lambda: stage.live.rollout.weight == 0.1)
        told = json.loads(file.read_text())
        assert (told["hook"], told["when"], told["target"]) == ("tell", "before_step", "checkout:live")
        assert (told["baseline"], told["canary"], told["weight"], told["wanted"]) == ("41", "42", 0.0, 0.1)
        assert told["receipt"]["action"] == "raised to 10%"
        assert said(stage) == ["raised to 10%: done."]


async def test_a_hook_that_fails_holds_the_rollout_until_an_operator_resumes_it(tmp_path: Path) -> None:
    async with world() as stage:
        await start(stage, shell(When.BEFORE_STEP, f"test -e {tmp_path / 'open'} || {{ echo no window; exit 3; }}"))
        await really(lambda: stage.state is State.HELD)
        rollout = stage.live.rollout
        assert (rollout.obstacle, rollout.weight) == (Obstacle.HOOK, 0.0)
        assert rollout.reason == "Hook 'tell' refuses this step: it ended with 3 (no window)."
        assert exit_of(rollout) is Exit.INCONCLUSIVE
        assert stage.on_alias() == ("41", {})
        (tmp_path / "open").touch()
        await stage.supervisor.obey(Resume(seen=stage.seen))
        await really(lambda: stage.live.rollout.weight == 0.1)


@pytest.mark.parametrize(
    ("hook", "why"),
    [
        (shell(When.BEFORE_STEP, "sleep 60", timeout=timedelta(seconds=0.2)), "it has not ended within"),
        (Hook("tell", When.BEFORE_STEP, ("/nowhere/at/all",)), "it cannot be run (No such file or directory)"),
        (Hook("tell", When.BEFORE_STEP, url="http://127.0.0.1:9"), "it cannot be reached"),
        (Hook("tell", When.BEFORE_STEP, secret_url="NOT_SET"), "the environment has no variable NOT_SET"),
    ],
)
async def test_whatever_is_wrong_with_a_hook_is_one_sentence(hook: Hook, why: str) -> None:
    async with world() as stage:
        await start(stage, hook)
        await really(lambda: stage.state is State.HELD)
        assert why in stage.live.rollout.reason


async def test_a_hook_that_nothing_waits_for_stops_nothing() -> None:
    async with world() as stage:
        await start(stage, shell(When.BEFORE_STEP, "exit 1", blocking=False))
        await really(lambda: stage.live.rollout.weight == 0.1)
        await really(lambda: bool(said(stage)))
        assert said(stage) == ["raised to 10%: it ended with 1."]


async def test_a_rollback_does_not_wait_for_any_hook(tmp_path: Path) -> None:
    async with world() as stage:
        file = tmp_path / "told"
        slow = shell(When.BEFORE_STEP, "sleep 60")
        last = shell(When.ON_ROLLBACK, f"cat > {file}; sleep 0.2", blocking=False)
        await start(stage, slow, last)
        await stage.supervisor.obey(RollBack(seen=stage.seen, reason="Enough."))
        await really(lambda: stage.state is State.ROLLED_BACK)
        await really(lambda: bool(said(stage)))
        assert json.loads(file.read_text())["receipt"]["reason"] == "Enough."
        assert said(stage) == ["rolling back: done."]


async def test_after_a_promotion_a_webhook_gets_the_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[tuple[dict[str, str], dict[str, object]]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((dict(request.headers), await request.json()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/told", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
    monkeypatch.setenv("HOOK_TOKEN", "not-to-be-written")
    hook = Hook("tell", When.AFTER_PROMOTE, url=url, blocking=False, secret_headers=(("Authorization", "HOOK_TOKEN"),))
    try:
        async with world() as stage:
            await start(stage, hook)
            await stage.run_until(lambda: stage.live.rollout.weight == 0.1)
            await stage.supervisor.obey(Promote(seen=stage.seen, without_evidence=True))
            await really(lambda: bool(said(stage)))
            headers, told = got[0]
            assert headers["Authorization"] == "not-to-be-written"
            assert (told["state"], told["weight"]) == ("baking", 1.0)
            assert "not-to-be-written" not in repr(stage.supervisor.snapshot)
    finally:
        await runner.cleanup()


async def test_a_command_sees_of_the_environment_what_it_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKED_FOR", "1")
    async with world() as stage:
        file = tmp_path / "seen"
        await start(stage, shell(When.BEFORE_STEP, f"env > {file}", environment=("ASKED_FOR",)))
        await really(lambda: stage.live.rollout.weight == 0.1)
        seen = file.read_text()
        assert "ASKED_FOR=1" in seen
        assert "AWS_" not in seen
