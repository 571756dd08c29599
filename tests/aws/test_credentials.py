"""Credentials that AWS refuses are asked for again, and the operator is told what brings them back."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from multitool_tui.aws import credentials
from multitool_tui.aws.errors import CredentialsError
from multitool_tui.aws.session import AwsSession, Options, check_session
from multitool_tui.clock import ManualClock
from multitool_tui.sandbox.faults import Fault
from multitool_tui.sandbox.scenario import load_scenario
from multitool_tui.sandbox.server import Sandbox

START = datetime(2026, 1, 5, tzinfo=UTC)
SECRET = "canary/SECRET+that+is+written+nowhere"


class Files:
    """The operator's ~/.aws."""

    def __init__(self, folder: Path) -> None:
        self.config, self.keys = folder / "config", folder / "credentials"
        self.config.write_text("")

    def write_keys(self, key: str) -> None:
        self.keys.write_text(f"[prod]\naws_access_key_id = {key}\naws_secret_access_key = {SECRET}\n")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    files = Files(tmp_path)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(files.config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(files.keys))
    return files


@asynccontextmanager
async def opened(profile: str | None = "prod") -> AsyncIterator[tuple[Sandbox, AwsSession, ManualClock]]:
    clock = ManualClock(START)
    async with (
        Sandbox(scenario=load_scenario("healthy"), clock=clock) as sandbox,
        AwsSession(Options(profile=profile, endpoint_url=sandbox.url), clock) as session,
    ):
        yield sandbox, session, clock


async def refused(session: AwsSession) -> str:
    """What is said of a call that AWS refuses; then the renewal has its turn."""
    with pytest.raises(CredentialsError) as error:
        await session.caller()
    assert error.value.__cause__ is None
    renewals = [task for task in asyncio.all_tasks() if task.get_name() == "renew credentials"]
    await asyncio.gather(*renewals)
    return str(error.value)


def key_of(sandbox: Sandbox) -> str | None:
    return list(sandbox.calls)[-1].access_key_id


async def test_keys_that_were_renewed_in_the_file_are_taken_up(files: Files, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    files.write_keys("AKIAOLD")
    async with opened() as (sandbox, session, _):
        await session.caller()
        assert key_of(sandbox) == "AKIAOLD"
        files.write_keys("AKIANEW")
        sandbox.faults.add(Fault(kind="expired", times=1))
        assert await refused(session) == "The AWS session has expired: renew the keys in profile prod."
        await session.caller()
        assert key_of(sandbox) == "AKIANEW"
        for each in (session, *vars(session).values()):
            assert SECRET not in repr(each)
    assert SECRET not in caplog.text


async def test_the_chain_is_not_asked_at_every_refusal(files: Files) -> None:
    files.write_keys("AKIAOLD")
    async with opened() as (sandbox, session, clock):
        sandbox.faults.add(Fault(kind="expired"))
        await refused(session)
        files.write_keys("AKIANEW")
        await refused(session)
        await refused(session)
        assert key_of(sandbox) == "AKIAOLD"
        clock.advance(5)
        await refused(session)
        await refused(session)
        assert key_of(sandbox) == "AKIANEW"


async def test_keys_that_are_gone_are_waited_for(files: Files) -> None:
    files.write_keys("AKIAOLD")
    async with opened() as (sandbox, session, clock):
        files.keys.write_text("")
        sandbox.faults.add(Fault(kind="expired"))
        await refused(session)
        await refused(session)
        assert key_of(sandbox) == "AKIAOLD"
        files.write_keys("AKIANEW")
        clock.advance(5)
        await refused(session)
        sandbox.faults.clear()
        await session.caller()
        assert key_of(sandbox) == "AKIANEW"


@asynccontextmanager
async def login_service() -> AsyncIterator[TestServer]:
    """AWS IAM Identity Center's portal: it knows the token "good" alone, and the keys it gives are named by it."""

    async def role_credentials(request: web.Request) -> web.Response:
        if request.headers["x-amz-sso_bearer_token"] != "good":
            kind = {"x-amzn-errortype": "UnauthorizedException"}
            return web.json_response({"message": "Session token not found or invalid"}, status=401, headers=kind)
        keys = {"accessKeyId": "ASIAGOOD", "secretAccessKey": SECRET, "sessionToken": SECRET, "expiration": 4e12}
        return web.json_response({"roleCredentials": keys})

    app = web.Application()
    app.router.add_get("/federation/credentials", role_credentials)
    server = TestServer(app, host="127.0.0.1")
    async with server:
        yield server


async def test_a_login_that_was_renewed_is_taken_up(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files.config.write_text(
        "[profile prod]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
        "sso_account_id = 111122223333\nsso_role_name = Deploy\n"
    )
    cache = tmp_path / "sso"
    cache.mkdir()
    monkeypatch.setattr("botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR", str(cache))

    def log_in(token: str) -> None:
        held = {"accessToken": token, "expiresAt": "2126-01-05T00:00:00Z"}
        (cache / "prod.json").write_text(json.dumps(held))

    monkeypatch.setattr("botocore.utils.SSOTokenLoader._generate_cache_key", lambda *_: "prod")
    log_in("bad")
    async with login_service() as service:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SSO", str(service.make_url("")).rstrip("/"))
        async with opened() as (sandbox, session, _):
            assert await refused(session) == "The AWS session has expired: run `aws sso login --profile prod`."
            log_in("good")
            await session.caller()
            assert key_of(sandbox) == "ASIAGOOD"
            assert set(session.ledger.made) == {("sts", "GetCallerIdentity")}
    assert SECRET not in caplog.text


async def test_environment_variables_cannot_be_renewed() -> None:
    async with opened(profile=None) as (sandbox, session, _):
        sandbox.faults.add(Fault(kind="expired"))
        said = await refused(session)
        assert "environment variables, which a running process never reads again; restart it" in said


@pytest.mark.parametrize(
    ("config", "todo"),
    [
        ("sso_session = corp\nsso_account_id = 1", "run `aws sso login --profile prod`"),
        ("sso_start_url = https://x", "run `aws sso login --profile prod`"),
        ("login_session = arn:aws:iam::1:user/x", "run `aws login --profile prod`"),
        ("credential_process = /bin/x", "see what the credential_process of profile prod says when it is run by hand"),
        ("aws_access_key_id = A", "renew the keys in profile prod"),
        ("role_arn = arn:aws:iam::1:role/x\nsource_profile = base", "run `aws sso login --profile base`"),
        ("role_arn = arn:aws:iam::1:role/x\nsource_profile = prod", "renew the keys in profile prod"),
    ],
)
def test_what_to_do_is_what_the_profile_is_made_of(files: Files, config: str, todo: str) -> None:
    files.config.write_text(f"[profile prod]\n{config}\n[profile base]\nsso_session = corp\n[sso-session corp]\n")
    assert credentials.remedy("prod") == todo


def test_what_a_credential_process_writes_is_not_said(files: Files) -> None:
    files.config.write_text(f"[profile prod]\ncredential_process = sh -c 'echo {SECRET} >&2; exit 1'\n")
    with pytest.raises(CredentialsError, match="No credentials came from custom-process: see what") as error:
        check_session(Options(profile="prod"))
    assert SECRET not in str(error.value)


async def test_what_a_process_gives_is_asked_for_again(files: Files, tmp_path: Path) -> None:
    given = tmp_path / "given.json"

    def give(key: str) -> None:
        given.write_text(json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": SECRET}))

    files.config.write_text(f"[profile prod]\ncredential_process = cat {given}\n")
    give("AKIAOLD")
    async with opened() as (sandbox, session, _):
        give("AKIANEW")
        sandbox.faults.add(Fault(kind="expired", times=1))
        await refused(session)
        await session.caller()
        assert key_of(sandbox) == "AKIANEW"
