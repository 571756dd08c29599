"""Checks of the AWS session: credentials, identity, region, clock, endpoints, permissions, access keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from difflib import get_close_matches
from urllib.parse import urlsplit

from multitool_tui.aws.errors import AccessDenied, AwsError, CredentialsError, Throttled, Unanswered
from multitool_tui.aws.keys import AccessKey, user_of
from multitool_tui.aws.limits import limits
from multitool_tui.aws.reach import known_regions, reach
from multitool_tui.aws.resources import Known, Probed, Signing
from multitool_tui.controller.doctor.finding import Cause, Finding, Health
from multitool_tui.controller.doctor.subject import Subject
from multitool_tui.permissions.features import WATCH
from multitool_tui.permissions.ledger import FEATURES, needed
from multitool_tui.permissions.row import Feature
from multitool_tui.words import duration, percent

_SOURCES = {
    "env": "environment variables",
    "shared-credentials-file": "the shared credentials file",
    "config-file": "the AWS config file",
    "sso": "SSO",
    "login": "aws login",
    "assume-role": "an assumed role",
    "assume-role-with-web-identity": "a web identity",
    "custom-process": "a credential process",
    "container-role": "the container's role",
    "iam-role": "this machine's role",
}
_SOON = timedelta(minutes=30)
_NOTICED = timedelta(seconds=30)
"""A clock that is further off makes minutes look complete before they are, or old when they are fresh."""
_REFUSED = timedelta(minutes=5)
"""AWS refuses a signature that is further off. Source: IAM user guide, "Signature Version 4 request elements"."""
_NEARLY_FULL = 0.95
_OLD = timedelta(days=90)
"""Source: IAM user guide, "Security best practices": keys are to be rotated; 90 days is what AWS Config's rule
access-keys-rotated takes unless told otherwise."""


def of_error(check: str, error: AwsError) -> Finding:
    """A check that AWS, or the way to it, has ended."""
    unreachable = isinstance(error, Unanswered | Throttled)
    return Finding(check, Health.FAILED, str(error), cause=Cause.UNREACHABLE if unreachable else Cause.REFUSED)


def not_asked(check: str, why: str = "Not asked: there is no usable session.") -> Finding:
    """A check that hangs on what another one says."""
    return Finding(check, Health.UNKNOWN, why)


async def session(subject: Subject) -> list[Finding]:
    """Where the credentials come from, and until when they last."""
    try:
        signing = await (await subject.session()).signing()
    except CredentialsError as error:
        todo = "To look around without an AWS account, run `multitool demo`."
        return [Finding("session", Health.FAILED, str(error), todo, Cause.REFUSED)]
    return [_of_signing(signing, subject.clock.now())]


def _of_signing(signing: Signing, now: datetime) -> Finding:
    source = _SOURCES.get(signing.source, signing.source)
    ends = signing.expires_at
    facts = {"source": signing.source, "temporary": signing.temporary, "renewed": signing.renewed}
    facts |= {"expires_at": ends.isoformat() if ends else None}
    if ends is None:
        known = (
            "temporary ones, whose end the SDK does not know"
            if signing.temporary
            else "long-lived ones, without an end"
        )
        return Finding("session", Health.OK, f"Credentials from {source}: {known}.", facts=facts)
    left = ends - now
    until = f"until {ends:%Y-%m-%d %H:%M} UTC, {duration(left)} from now"
    if signing.renewed:
        return Finding("session", Health.OK, f"Credentials from {source}, {until}; renewed before that.", facts=facts)
    sentence = f"Credentials from {source}, {until}."
    if left > _SOON:
        return Finding("session", Health.OK, sentence, facts=facts)
    todo = "Renew them before you start a rollout: one that outlives them is held."
    return Finding("session", Health.WARNING, sentence, todo, facts=facts)


async def identity(subject: Subject) -> list[Finding]:
    """Who the session belongs to."""
    try:
        await subject.session()
    except AwsError:
        return [not_asked("caller")]
    try:
        caller = await subject.caller()
    except AwsError as error:
        return [of_error("caller", error)]
    facts = {"account": caller.account, "arn": caller.arn, "profile": caller.profile}
    private = tuple(filter(None, (caller.profile, caller.arn.split(":", 5)[-1])))
    through = f", through profile {caller.profile}" if caller.profile else ""
    if caller.arn.endswith(":root"):
        sentence = f"The root user of account {caller.account}{through}."
        todo = "Use a role, or a user, with what `multitool permissions --minimal` prints."
        return [Finding("caller", Health.WARNING, sentence, todo, facts=facts, private=private)]
    return [Finding("caller", Health.OK, f"{caller.arn}{through}.", facts=facts, private=private)]


async def region(subject: Subject) -> list[Finding]:
    """Whether there is a region, and one that the SDK knows."""
    try:
        name = (await subject.session()).region
    except AwsError:
        return [not_asked("region")]
    regions = await asyncio.to_thread(known_regions)
    facts = {"region": name}
    if name in regions:
        return [Finding("region", Health.OK, f"{name}.", facts=facts)]
    [nearest] = get_close_matches(name, regions, n=1, cutoff=0)
    todo = "Give --region, or set AWS_REGION; a region younger than this SDK is fine."
    return [Finding("region", Health.WARNING, f"The SDK knows no region {name}; {nearest} is near.", todo, facts=facts)]


async def clock(subject: Subject) -> list[Finding]:
    """How far this machine's clock is from AWS's."""
    with suppress(AwsError):  # an answer that refuses has a date as well
        await subject.caller()
    try:
        ahead = (await subject.session()).ahead
    except AwsError:
        return [not_asked("clock")]
    if ahead is None:
        return [not_asked("clock", "Not known: AWS has not answered.")]
    facts = {"ahead_seconds": round(ahead.total_seconds(), 1)}
    if abs(ahead) <= _NOTICED:
        return [Finding("clock", Health.OK, "This machine's clock agrees with AWS's.", facts=facts)]
    off = f"This machine's clock is {duration(abs(ahead))} {'ahead of' if ahead > timedelta() else 'behind'} AWS's."
    todo = "Set the clock (NTP): which minutes are complete is told by it."
    if abs(ahead) <= _REFUSED:
        return [Finding("clock", Health.WARNING, off, todo, facts=facts)]
    return [
        Finding("clock", Health.FAILED, f"{off} AWS refuses signatures more than 5 minutes off.", todo, facts=facts)
    ]


async def endpoints(subject: Subject) -> list[Finding]:
    """Whether Lambda and CloudWatch answer, how fast, and where."""
    try:
        opened = await subject.session()
    except AwsError:
        return [not_asked("endpoint")]
    try:
        took = await reach(opened)
    except Unanswered as error:
        todo = "Look at the network, the proxy and --endpoint-url."
        return [Finding("endpoint", Health.FAILED, str(error), todo, Cause.UNREACHABLE)]
    except CredentialsError:
        return [not_asked("endpoint")]
    answer = ", ".join(f"{service} in {milliseconds} ms" for service, milliseconds in took.items())
    url = opened.endpoint
    facts = {"endpoint": url, "milliseconds": took}
    where = urlsplit(url or "")
    sentence = f"{url or 'AWS itself'} answers: {answer}."
    private = (where.netloc,) if where.netloc else ()
    if where.scheme == "http" and where.hostname not in ("127.0.0.1", "localhost", "::1"):
        todo = "Use https: requests and answers can be read on the way."
        return [Finding("endpoint", Health.WARNING, sentence, todo, facts=facts, private=private)]
    return [Finding("endpoint", Health.OK, sentence, facts=facts, private=private)]


async def lambda_limits(subject: Subject) -> list[Finding]:
    """Whether Lambda has room for another version, and for its executions."""
    try:
        found = await limits((await subject.session()).functions)
    except AccessDenied as error:
        todo = "`multitool permissions --minimal --for doctor` prints a policy that allows it."
        return [Finding("lambda limits", Health.WARNING, str(error), todo, Cause.REFUSED)]
    except CredentialsError:
        return [not_asked("lambda limits")]
    except AwsError as error:
        return [of_error("lambda limits", error)]
    facts = {"concurrent": found.concurrent, "unreserved": found.unreserved}
    facts |= {"code_bytes": found.code, "code_bytes_used": found.code_used}
    used = found.code_used / found.code if found.code else 1.0
    sentence = (
        f"{found.concurrent} executions at once, {found.unreserved} of them unreserved; {percent(used, 0)} of the room "
        "for code is used."
    )
    if used > _NEARLY_FULL:
        todo = "Delete old versions: without room no new one can be published."
        return [Finding("lambda limits", Health.WARNING, sentence, todo, facts=facts)]
    return [Finding("lambda limits", Health.OK, sentence, facts=facts)]


async def permissions(subject: Subject) -> list[Finding]:
    """What each feature lacks, as far as harmless reads tell."""
    features = subject.wanted or tuple(FEATURES.values())
    try:
        found = {one.action: one for one in await subject.probed()}
    except CredentialsError:
        return [not_asked("permissions")]
    except AwsError as error:
        return [of_error("permissions", error)]
    essential = subject.wanted or (WATCH,)
    return [
        _of_feature(feature, [found[row.action] for row in needed([feature])], essential=feature in essential)
        for feature in features
    ]


def _may(feature: Feature) -> str:
    """The check's name: a feature's own would read like a command's."""
    return f"may {feature.name}"


def _of_feature(feature: Feature, probed: Sequence[Probed], *, essential: bool) -> Finding:
    those = {known: [one for one in probed if one.known is known] for known in Known}
    changing = {row.action for row in needed([feature]) if not row.reads}
    unread = [one for one in those[Known.UNKNOWN] if one.action not in changing]
    facts = {known.value: [one.action for one in ones] for known, ones in those.items()}
    if denied := facts["denied"]:
        todo = f"`multitool permissions --minimal --for {feature.name}` prints a policy that allows it."
        sentence = f"Not allowed to the caller: {', '.join(denied)}."
        health = Health.FAILED if essential else Health.WARNING
        return Finding(_may(feature), health, sentence, todo, Cause.REFUSED, facts)
    said = [f"{len(those[Known.ALLOWED])} of {len(probed)} actions are allowed"]
    if changing:
        said.append(f"{len(changing)} that {'changes' if len(changing) == 1 else 'change'} something cannot be tried")
    if not unread:
        return Finding(_may(feature), Health.OK, f"{'; '.join(said)}.", facts=facts)
    sentence = f"{'; '.join(said)}; {', '.join(one.action for one in unread)}: {unread[0].why}"
    return Finding(_may(feature), Health.UNKNOWN, sentence, facts=facts)


async def keys(subject: Subject) -> list[Finding]:
    """Whether the caller's access keys are old, or more than are needed."""
    try:
        found = await subject.keys()
        user = user_of((await subject.caller()).arn)
    except AccessDenied as error:
        todo = "`multitool permissions --minimal --for keys` prints a policy that allows it."
        return [Finding("access keys", Health.WARNING, str(error), todo, Cause.REFUSED)]
    except CredentialsError:
        return [not_asked("access keys")]
    except AwsError as error:
        return [of_error("access keys", error)]
    if found is None:
        return [Finding("access keys", Health.OK, "The caller is no IAM user: there are no keys to look after.")]
    return [_of_keys(found, subject.clock.now(), user or "")]


def _of_keys(found: Sequence[AccessKey], now: datetime, user: str) -> Finding:
    active = [key for key in found if key.active]
    facts = {"keys": [{"id": key.id, "active": key.active, "created": key.created.isoformat()} for key in found]}
    if not found:
        return Finding("access keys", Health.OK, f"{user} has none.", facts=facts, private=(user,))
    said = "; ".join(
        f"{key.id} is {'active' if key.active else 'inactive'}, {duration(now - key.created)} old" for key in found
    )
    sentence = f"{said}."
    todo = ""
    if len(active) > 1:
        todo = "Two are active: move what uses the older one over, then `multitool doctor keys deactivate` it."
    elif any(now - key.created > _OLD for key in active):
        todo = "More than 90 days old: `multitool doctor keys create` a new one, then deactivate the old one."
    elif len(found) > len(active):
        todo = "`multitool doctor keys delete` the inactive one when nothing has missed it."
    health = Health.WARNING if todo and active else Health.OK
    return Finding("access keys", health, sentence, todo, facts=facts, private=(user,))
