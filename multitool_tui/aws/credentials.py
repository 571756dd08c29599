"""Credentials that come back by themselves: from the standard AWS chain alone, asked again when AWS refuses them.

The SDK refreshes what it knows to expire. It never reads keys in a file, a renewed login or a changed profile again; a
rollout that outlives them would stay held until its process ends.
"""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiobotocore.session import AioSession
from botocore import exceptions as sdk
from botocore.session import Session

from multitool_tui.aws.errors import CredentialsError
from multitool_tui.aws.resources import Signing
from multitool_tui.aws.translate import aws_errors, expired, translate
from multitool_tui.clock import Clock

_PAUSE = timedelta(seconds=5)
"""No two tries to renew are closer together: each may run a credential process, or ask a login service."""


class RenewableCredentials:
    """What all clients of a session sign with, and the session's `credential_provider` at once.

    Nothing of it is kept outside the SDK's own credentials object, and nothing of it is in a repr, a log or an error.
    """

    def __init__(self, profile: str | None, clock: Clock, remedy: str) -> None:
        """`remedy`: what brings the credentials back, as `remedy` has it."""
        self._profile = profile
        self._clock = clock
        self._remedy = remedy
        self._current: Any = None
        self._tried_at: datetime | None = None
        self._renewal: asyncio.Task[None] | None = None

    async def load_credentials(self) -> RenewableCredentials:
        """Ask the standard chain.

        Raises:
            CredentialsError: it has none.
        """
        with aws_errors(self._remedy):
            self._current = await self._ask_chain()
        return self

    async def get_frozen_credentials(self) -> Any:
        """What the next request is signed with: the SDK asks for it.

        Raises:
            CredentialsError: there are none that are valid; it is being tried to renew them.
        """
        try:
            return await self._current.get_frozen_credentials()
        except Exception as error:  # noqa: BLE001 - whatever the chain's providers raise
            # RuntimeError: the SDK's word for new credentials that are as old as the ones before.
            ours = expired(self._remedy) if isinstance(error, RuntimeError) else translate(error, self._remedy)
            if isinstance(ours, CredentialsError):
                self._renew()
            raise ours from None

    async def signing(self) -> Signing:
        """What is signed with at the moment.

        Raises:
            CredentialsError: there are none that are valid.
        """
        frozen = await self.get_frozen_credentials()
        source = str(self._current.method)
        expires_at: datetime | None = getattr(self._current, "_expiry_time", None)
        # Variables have an end, but nothing in this process can give them another.
        renewed = expires_at is not None and source != "env"
        return Signing(source, frozen.access_key, bool(frozen.token), renewed, expires_at)

    async def get_account_id(self) -> str | None:
        """For endpoints that are made of it."""
        account: str | None = (await self.get_frozen_credentials()).account_id
        return account

    def get_deferred_property(self, property_name: str) -> Callable[[], Awaitable[str | None]]:
        """The SDK's way to `account_id`, the only property that it puts off."""
        del property_name
        return self.get_account_id

    def see_answer(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """Look at an answer of AWS (`after-call`): one that refuses the credentials begins their renewal.

        Raises:
            CredentialsError: in place of the SDK's error.
        """
        if "Error" in parsed:
            error = translate(sdk.ClientError(parsed, model.name), self._remedy)
            if isinstance(error, CredentialsError):
                self._renew()
                raise error

    async def close(self) -> None:
        """Stop what is under way."""
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)

    def _renew(self) -> None:
        """Ask the chain again, in the background."""
        now = self._clock.now()
        is_too_soon = self._tried_at is not None and now < self._tried_at + _PAUSE
        if is_too_soon or (self._renewal is not None and not self._renewal.done()):
            return
        self._tried_at = now
        self._renewal = asyncio.create_task(self._try_chain(), name="renew credentials")

    async def _try_chain(self) -> None:
        try:
            found = await self._ask_chain()
        except Exception:  # noqa: BLE001 - the call that was refused has said what is wrong, and the next one tries again
            return
        if found is not None:
            self._current = found

    async def _ask_chain(self) -> Any:
        # A session of its own: it reads the files anew, and its calls to login services are not the product's.
        return await AioSession(profile=self._profile).get_credentials()


def remedy(profile: str | None) -> str:
    """What the operator does when the credentials of `profile` are refused, as the end of a sentence.

    Raises what the SDK raises for a profile or a file that is not right.
    """
    # The SDK's order: the variables come first, unless a profile was named outright.
    if profile is None and os.environ.get("AWS_ACCESS_KEY_ID"):
        return "its keys are environment variables, which a running process never reads again; restart it with new ones"
    session = Session(profile=profile)
    name = session.get_config_variable("profile") or "default"
    profiles = session.full_config["profiles"]
    keys = profiles.get(name, {})
    chain = [name]
    while (source := keys.get("source_profile")) and source not in chain:
        name, keys = source, profiles.get(source, {})
        chain.append(name)
    if "sso_session" in keys or "sso_start_url" in keys:
        return f"run `aws sso login --profile {shlex.quote(name)}`"
    if "login_session" in keys:
        return f"run `aws login --profile {shlex.quote(name)}`"
    if "aws_access_key_id" in keys:
        return f"renew the keys in profile {name}"
    if "credential_process" in keys:
        return f"see what the credential_process of profile {name} says when it is run by hand"
    if keys:
        return f"renew the keys in profile {name}"
    return "log in again, or look at this machine's role"
