"""`multitool permissions`: what the product may need, the policies for it, and what the caller has of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.calling import on_aws
from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.features import features_in
from multitool_tui.cli.options import Globals
from multitool_tui.cli.policies import policy_in
from multitool_tui.cli.targets import Targets, targets_in

if TYPE_CHECKING:
    from multitool_tui.aws.resources import Caller
    from multitool_tui.aws.session import AwsSession
    from multitool_tui.permissions.policy import Policy
    from multitool_tui.permissions.row import Feature, Row, Scope


@click.command()
@click.option("--policy", "whole", is_flag=True, help="Print the policy with all that the product may ever need.")
@click.option("--minimal", is_flag=True, help="Print a policy with the least that the features need.")
@click.option(
    "--check", is_flag=True, help="Find out by reads what the caller may do. Exit code 3: something is denied."
)
@click.option(
    "--diff",
    "mine",
    type=click.Path(path_type=Path),
    callback=policy_in,
    metavar="FILE",
    help="Compare with the IAM policy in FILE. Exit code 3: it lacks something.",
)
@click.option(
    "--for",
    "features",
    multiple=True,
    callback=features_in,
    metavar="FEATURE",
    help="What it is to be for: a feature or a command, like run; and again for another. Otherwise all of them.",
)
@click.option(
    "--target",
    "targets",
    multiple=True,
    callback=targets_in,
    metavar="TARGET",
    help="The only one: FUNCTION:ALIAS, API/STAGE, or both. Otherwise all there are.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
@click.pass_obj
def permissions(
    options: Globals,
    whole: bool,  # noqa: FBT001 - click passes options by name
    minimal: bool,  # noqa: FBT001
    check: bool,  # noqa: FBT001
    mine: Policy | None,
    features: tuple[Feature, ...],
    targets: Targets,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say which IAM permissions are needed, for what, and which of them there are.

    Without an option, lists all actions of the product's policy with what each is for. To give a role what it needs:

    \b
      multitool permissions --minimal --for run --target checkout:live > policy.json
    """
    from multitool_tui.permissions.ledger import LEDGER, USED, needed
    from multitool_tui.permissions.policies import whole_policy

    rows = needed(features) if features else USED

    if sum((whole, minimal, check, mine is not None)) > 1:
        raise click.UsageError("--policy, --minimal, --check and --diff exclude each other.")
    if whole:
        if features or targets:
            raise click.UsageError("--policy is the whole policy: for a part of it, use --minimal.")
        _print_policy(whole_policy(), as_json=as_json)
    elif minimal:
        _print_policy(_minimal(options, rows, targets), as_json=as_json)
    elif check:
        _check(options, rows, targets, as_json=as_json)
    elif mine is not None:
        _compare(options, mine, rows, targets, as_json=as_json)
    else:
        if targets:
            raise click.UsageError("--target goes with --minimal, --check or --diff.")
        _list(rows if features else LEDGER, as_json=as_json)


def _minimal(options: Globals, rows: Iterable[Row], targets: Targets) -> dict[str, Any]:
    from multitool_tui.permissions.policies import minimal_policy
    from multitool_tui.permissions.row import ACCOUNT_IS_MISSING

    scope, unknown = _scope(options, targets)
    document = minimal_policy(rows, scope)
    if unknown and ACCOUNT_IS_MISSING in json.dumps(document):
        click.echo(f"multitool: {unknown} Put the account's twelve digits where {ACCOUNT_IS_MISSING} stands.", err=True)
    return document


def _compare(options: Globals, mine: Policy, rows: Iterable[Row], targets: Targets, *, as_json: bool) -> None:
    from dataclasses import asdict

    from multitool_tui.permissions.compare import compare
    from multitool_tui.views.permissions import comparison_lines

    findings = compare(mine, tuple(rows), _scope(options, targets)[0])
    _print((json.dumps(asdict(each)) for each in findings) if as_json else comparison_lines(findings))
    lacking = sum(finding.kind.stops for finding in findings)
    if lacking:
        raise Failure(f"The policy lacks {lacking} of what is needed.", Exit.REFUSED)


def _check(options: Globals, rows: Iterable[Row], targets: Targets, *, as_json: bool) -> None:
    from dataclasses import asdict

    from multitool_tui.aws.probes import probe
    from multitool_tui.aws.resources import Known, Probed
    from multitool_tui.clock import SystemClock
    from multitool_tui.views.permissions import check_lines

    clock = SystemClock()

    async def ask(session: AwsSession) -> tuple[Probed, ...]:
        return await probe(session, rows, targets.pair, clock.now())

    found = on_aws(options, clock, ask)
    _print((json.dumps(asdict(each)) for each in found) if as_json else check_lines(found))
    denied = [each.action for each in found if each.known is Known.DENIED]
    if denied:
        raise Failure(f"Not allowed to the caller: {', '.join(denied)}.", Exit.REFUSED)


def _list(rows: Iterable[Row], *, as_json: bool) -> None:
    from multitool_tui.views.permissions import ledger_document, ledger_lines

    _print((json.dumps(ledger_document(row)) for row in rows) if as_json else ledger_lines(rows))


def _scope(options: Globals, targets: Targets) -> tuple[Scope, str]:
    """Where the policy is for, as far as the session tells; and why it does not, in a sentence."""
    import os

    from multitool_tui.clock import SystemClock
    from multitool_tui.permissions.row import Scope

    function = targets.alias.function if targets.alias else "*"

    async def ask(session: AwsSession) -> tuple[Caller, str]:
        return await session.caller(), await _api(session, targets)

    try:
        caller, api = on_aws(options, SystemClock(), ask)
    except Failure as failure:
        region = options.region or os.environ.get("AWS_REGION") or "*"
        return Scope(region=region, function=function), failure.message
    # Only a user of IAM has access keys.
    kind, _, name = caller.arn.split(":", 5)[-1].partition("/")
    user = name if kind == "user" else "*"
    return Scope(caller.arn.split(":")[1], caller.region, caller.account, function, api, user), ""


async def _api(session: AwsSession, targets: Targets) -> str:
    """The id of the named stage's API; `*` where there is none.

    Raises:
        AwsError: it cannot be found.
    """
    from multitool_tui.aws.errors import NotFound
    from multitool_tui.aws.stages import rest_apis

    if (stage := targets.stage) is None:
        return "*"
    async for page in rest_apis(await session.client("apigateway")):
        for api in page:
            if stage.api in (api.id, api.name):
                return api.id
    raise NotFound(f"There is no REST API {stage.api}.")


def _print_policy(document: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(document, indent=None if as_json else 2))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
