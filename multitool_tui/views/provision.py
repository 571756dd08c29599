"""Setup and teardown in words: what is made or removed, how far it is, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from multitool_tui.aws.provision.fronts import reader_policy
from multitool_tui.aws.provision.roles import LOGS, attach_command
from multitool_tui.aws.resources import Caller
from multitool_tui.controller.provision.service import Service
from multitool_tui.controller.provision.walk import Progress, Status
from multitool_tui.views.text import clean

_MARKS = {
    Status.TO_MAKE: "+",
    Status.TO_REMOVE: "-",
    Status.THERE: "=",
    Status.MAKING: ".",
    Status.MADE: "+",
    Status.REMOVING: ".",
    Status.REMOVED: "-",
    Status.LEFT: "!",
}
KIND_WIDTH = 16


def where(caller: Caller) -> str:
    """The account and region in which something is about to happen."""
    at = f"account {caller.account}, region {caller.region}"
    return clean(f"{at}, at {caller.endpoint}" if caller.endpoint else at)


def mark(status: Status) -> str:
    """A status as one character."""
    return _MARKS[status]


def line(progress: Progress) -> str:
    """A part and how far it is: "+ made       function         checkout: app.handler on python3.13, ..."."""
    part = progress.part
    said = f"{part.says}. {progress.remark}" if progress.remark else part.says
    return clean(f"{mark(progress.status)} {progress.status:<9} {part.kind:<{KIND_WIDTH}} {said}")


def document(progress: Progress) -> dict[str, Any]:
    """The same for a script."""
    part = progress.part
    found: dict[str, Any] = {"kind": part.kind, "name": part.name, "status": progress.status.value, "says": part.says}
    further = {"commands": list(progress.commands), "remark": progress.remark}
    return found | {key: value for key, value in further.items() if value}


def exposed(service: Service) -> str:
    """Who may call it, where that is everybody; empty where only signed requests may, or nothing is in front."""
    fronts = [name for name, there in (("REST API", service.api is not None), ("function URL", service.url)) if there]
    if service.auth != "none" or not fronts:
        return ""
    return f"Anybody on the internet can call the {' and the '.join(fronts)}: nothing is asked of a request."


def lacking(service: Service, partition: str) -> tuple[str, ...]:
    """What a role of the service's own cannot do, and the commands that let it, a line each; none for a given role."""
    if service.role is not None:
        return ()
    role = service.role_name
    readers = sorted({reader_policy(source) for source in service.sources})
    if not readers:
        return (
            f"{role} may do nothing yet, not even write logs. To let it:",
            f"  {attach_command(partition, role, LOGS)}",
        )
    return (
        f"{role} may not read what it is to read, and AWS refuses the event source until it may. To let it, once the "
        "role is there:",
        *(f"  {attach_command(partition, role, policy)}" for policy in readers),
    )


def how_to_call(service: Service, facts: Mapping[str, str], caller: Caller) -> tuple[str, ...]:
    """What calls the service, a command a line."""
    signed = ' --aws-sigv4 "aws:amz:{region}:{service}" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'

    def curl(url: str, name: str) -> str:
        how = signed.format(region=caller.region, service=name) if service.auth == "iam" else ""
        return clean(f"curl{how} {url}")

    found = []
    if "stage_url" in facts:
        url = facts["stage_url"]
        if caller.endpoint:
            # Whatever plays AWS there tells APIs apart by the host that is asked for.
            host, _, path = url.removeprefix("https://").partition("/")
            url = f"-H 'Host: {host}' {caller.endpoint.rstrip('/')}/{path}"
        found.append(curl(url, "execute-api"))
    if "url" in facts:
        found.append(curl(facts["url"], "lambda"))
    if not found:
        found.append(f"aws lambda invoke --function-name {service.target} /dev/stdout")
    return tuple(found)


def what_next(service: Service) -> str:
    """How the service gets its next version, condemned by the alarms that were made for it."""
    return " ".join((f"multitool run {service.target} --zip NEW.zip", *(f"--alarm {name}" for name in service.alarms)))


def left_over(progress: Iterable[Progress], function: str | None) -> tuple[str, ...]:
    """What teardown has left, with the commands that remove it, a line each."""
    left = [each for each in progress if each.status is Status.LEFT]
    told = [command for each in left for command in each.commands]
    if not told:
        return ()
    logs = [f"aws logs delete-log-group --log-group-name /aws/lambda/{function}   # if it has written logs"]
    return (
        "MultiTool's policy has no permission to remove the rest. To remove it:",
        *(clean(f"  {command}") for command in told + (logs if function else [])),
    )
