"""`[[rollouts.NAME.smoke]]`: what the new version must answer before it gets any traffic."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from multitool_tui.config.values import Duration, Table
from multitool_tui.rollout.smoke import How, SmokeTest
from multitool_tui.wrong import wrong

_TEST = SmokeTest("")  # what holds where the manifest is silent
_LONGEST = timedelta(minutes=15)  # that a function may take
_OF_A_URL = ("alias", "method", "path", "headers", "secret_headers")
_OF_AN_ANSWER = ("status", "expect")


def _json(value: Any) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise wrong("should be what JSON has too: no date or time, no inf or nan") from None
    return value


def _expression(text: str) -> str:
    import jmespath  # only here: who has no smoke test does not wait for it

    try:
        jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        raise wrong(f"is no JMESPath expression: {text!r} ({' '.join(str(error).split())})") from None
    return text


def _header(name: str) -> str:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise wrong(f"has {name!r}, which is no header's name")
    return name


def _line(text: str) -> str:
    if not text.isprintable():
        raise wrong("should be one line of text")
    return text


Header = Annotated[str, AfterValidator(_header)]
Line = Annotated[str, AfterValidator(_line)]


class SmokeKeys(Table):
    """One of `smoke`: a question to the new version, and what it must answer."""

    name: Annotated[Line, Field(min_length=1, description="What it tests, for the log.")]
    how: Annotated[
        How,
        Field(description="invoke, event or async (handed over only), or url: the function URL of an alias."),
    ] = _TEST.how
    payload: Annotated[Any, AfterValidator(_json), Field(description="What is sent, as JSON.")] = None
    status: Annotated[
        int | None,
        Field(strict=True, ge=100, le=599, description="The status to be answered; otherwise any below 400."),
    ] = _TEST.status
    expect: Annotated[
        tuple[Annotated[str, AfterValidator(_expression)], ...],
        Field(description="JMESPath expressions that must be true of {status, headers, body}."),
    ] = _TEST.expect
    times: Annotated[int, Field(strict=True, ge=1, le=100, description="How often it is asked, at once.")] = _TEST.times
    timeout: Annotated[Duration, Field(description="How long an answer may take.")] = _TEST.timeout
    alias: Annotated[str, Field(description="With url: the alias that has the URL, and is on the new version.")] = ""
    method: Annotated[
        str, Field(pattern=r"^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$", description="With url: the request's method.")
    ] = _TEST.method
    path: Annotated[Line, Field(pattern="^/", description="With url: path and query.")] = _TEST.path
    headers: Annotated[Mapping[Header, Line], Field(description="With url: headers, none of them secret.")] = {}
    secret_headers: Annotated[
        Mapping[Header, str], Field(description="With url: headers whose values are in these environment variables.")
    ] = {}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.how is How.URL:
            if not self.alias:
                raise wrong('is missing: how = "url" asks an alias that has a function URL', "alias")
        else:
            self._has_none(_OF_A_URL, 'is for how = "url"')
        if self.how in (How.EVENT, How.ASYNC):
            self._has_none(_OF_AN_ANSWER, f'is of no use with how = "{self.how}": nobody hears the answer')
        if not timedelta() < self.timeout <= _LONGEST:
            raise wrong("lies between 0 and 15 minutes", "timeout")
        return self

    def _has_none(self, keys: tuple[str, ...], why: str) -> None:
        for key in keys:
            if key in self.model_fields_set:
                raise wrong(why, key)

    def test(self) -> SmokeTest:
        """The test as the engine takes it."""
        is_text = self.how is How.URL and isinstance(self.payload, str)
        empty = "" if self.how is How.URL else _TEST.payload
        return SmokeTest(
            name=self.name,
            how=self.how,
            payload=self.payload if is_text else empty if self.payload is None else json.dumps(self.payload),
            status=self.status,
            expect=self.expect,
            times=self.times,
            timeout=self.timeout,
            alias=self.alias,
            method=self.method,
            path=self.path,
            headers=tuple(self.headers.items()),
            secret_headers=tuple(self.secret_headers.items()),
        )
