"""Who is told what, when; and that nobody who does not listen is in the way."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter

from multitool_tui.clock import ManualClock
from multitool_tui.controller.commands import RollBack
from multitool_tui.controller.companion import Companion
from multitool_tui.controller.notifications import sinks as where
from multitool_tui.controller.notifications.notice import Moment, Notice
from multitool_tui.controller.notifications.notifier import Notifier
from multitool_tui.controller.notifications.sinks import Sink, Slack, Webhook
from multitool_tui.controller.notifications.telemetry import EVENT, Telemetry
from multitool_tui.controller.posting import NotSent, check_address, post
from multitool_tui.rollout.states import State
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox
from multitool_tui.views.prometheus import exposition
from tests.support.world import REGION, START, World, screen

ALL = frozenset(Moment)


@dataclass
class Listener:
    """A web server that keeps what it is sent, and answers with the next of `answers`: then always with the last."""

    answers: list[int] = field(default_factory=lambda: [200])
    heard: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.json()))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers={"Location": self.url} if status == 302 else {})


@asynccontextmanager
async def listening(*answers: int) -> AsyncIterator[Listener]:
    listener = Listener(list(answers) or [200])
    application = web.Application()
    application.router.add_post("/hook/secret", listener.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    listener.url = f"http://{host}:{port}/hook/secret"
    try:
        yield listener
    finally:
        await runner.cleanup()


@asynccontextmanager
async def told(folder: Path, *companions: Companion, scenario: str = "errors") -> AsyncIterator[World]:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario(scenario), clock=clock, seed=1, region=REGION) as sandbox,
        screen(sandbox, clock, folder, companions=companions) as world,
    ):
        yield world


async def test_a_rollback_is_told_with_reason_numbers_and_the_command_for_its_receipt(tmp_path: Path) -> None:
    async with listening() as slack, listening() as hook:
        variables = {"SLACK": slack.url, "TOKEN": "bearer-of-news"}
        sinks: list[Sink] = [
            Slack(ALL, "SLACK", environment=variables.get),
            Webhook(frozenset({Moment.ROLLBACK}), hook.url, token="TOKEN", environment=variables.get),
        ]
        async with told(tmp_path, Notifier(sinks)) as world:
            rollout = await world.start("30%/20m", bake="0s")
            await world.run_until(lambda: world.state is State.ROLLED_BACK)
        assert [text["text"].split("\n")[0] for _, text in slack.heard] == [
            "*checkout:live raised to 30%*",
            "*checkout:live rolling back*",
            "*checkout:live rolled back*",
        ]
        said = slack.heard[1][1]["text"]
        assert re.search(r"harmful: harm [\d,.e+]+ of 1,000", said)
        assert re.search(r"canary \d[\d,]* of \d[\d,]* failed, baseline", said)
        assert f"`multitool receipt {rollout}`" in said
        assert [document["action"] for _, document in hook.heard] == ["rolling back", "rolled back"]
        headers, document = hook.heard[0]
        assert headers["Authorization"] == "Bearer bearer-of-news"
        assert (document["schema"], document["moment"], document["verdict"]) == (1, "rollback", "harmful")
        assert document["receipt"] == f"multitool receipt {rollout}"
        assert document["canary_counts"]["errors"] > 0


async def test_who_does_not_listen_is_one_line_of_the_events_and_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, "_PAUSES", ())

    class Deaf:
        name, moments = "deaf", ALL

        async def send(self, _: Notice) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("multitool_tui.controller.notifications.notifier._FAREWELL", 0.0)
    async with listening(404) as hook:
        sinks: list[Sink] = [Deaf(), Webhook(ALL, hook.url), Slack(ALL, "NOT_SET", environment=lambda _: None)]
        async with told(tmp_path, Notifier(sinks), scenario="healthy") as world:
            await world.start("10%/20m")
            await world.run_until(lambda: world.live.rollout.weight == 0.1)
            await world.supervisor.obey(RollBack(seen=world.seen))
            await world.run_until(lambda: world.state is State.ROLLED_BACK)
            await world.run_until(lambda: len(hook.heard) == 3)
            lines = [entry for entry in world.supervisor.snapshot.entries if entry.action == "not notified"]
    texts = [entry.reason for entry in lines]
    assert "Slack was not told that checkout:live raised to 10%: the variable NOT_SET is not set." in texts
    assert "webhook was not told that checkout:live raised to 10%: it was answered 404." in texts
    assert not any("hook/secret" in text or "\n" in text for text in texts)


async def test_what_may_pass_is_tried_again_and_a_redirect_is_not_followed() -> None:
    async with listening(503, 429, 200) as hook:
        await post(hook.url, b"{}", pauses=(0, 0))
        assert len(hook.heard) == 3
    async with listening(302) as hook:
        with pytest.raises(NotSent, match="it was answered 302"):
            await post(hook.url, b"{}", pauses=(0, 0))
        assert len(hook.heard) == 1
    with pytest.raises(NotSent, match=r"^it cannot be reached \(\w+\)$"):
        await post("http://127.0.0.1:9/hook/secret", b"{}")


@pytest.mark.parametrize("url", ["", "hooks", "ftp://x", "http://example.com/hook", "https://", "http://[::1"])
def test_only_https_is_sent_to_or_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        check_address(url)


async def test_each_decision_is_an_opentelemetry_event(tmp_path: Path) -> None:
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    async with told(tmp_path, Telemetry(exporter, "9")) as world:
        rollout = await world.start("30%/20m", bake="0s")
        await world.run_until(lambda: world.state is State.ROLLED_BACK)
    records = [found.log_record for found in exporter.get_finished_logs()]
    assert [record.event_name for record in records] == [EVENT] * 3
    attributes: Sequence[Any] = [record.attributes for record in records]
    assert [each["multitool.action"] for each in attributes] == ["raised to 30%", "rolling back", "rolled back"]
    assert {each["multitool.rollout"] for each in attributes} == {rollout}
    assert attributes[1]["multitool.verdict"] == "harmful"
    json.dumps([dict(each) for each in attributes])


async def test_prometheus_is_told_how_each_rollout_stands(tmp_path: Path) -> None:
    async with told(tmp_path, scenario="healthy") as world:
        rollout = await world.start("10%/20m")
        await world.run_until(lambda: world.live.rollout.judgement.canary.invocations > 0)
        text = exposition(world.supervisor.snapshot)
    sample = r'multitool_\w+(\{(\w+="[^"\n]*",?)*\})? -?[\d.e+]+'
    assert all(line.startswith("# ") or re.fullmatch(sample, line) for line in text.splitlines())
    labels = f'rollout="{rollout}",target="checkout:live",canary="42"'
    assert f"multitool_rollout_weight{{{labels}}} 0.1" in text
    assert re.search(rf'multitool_rollout_requests\{{{labels},version="canary"\}} [1-9]', text)
