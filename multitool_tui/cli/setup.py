"""`multitool setup`: from a zip file to a working service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from multitool_tui.cli.exits import Exit, Failure
from multitool_tui.cli.options import Globals
from multitool_tui.cli.provisioning import in_workshop, may_go_on

if TYPE_CHECKING:
    from multitool_tui.controller.provision.service import Service
    from multitool_tui.controller.provision.session import Workshop
    from multitool_tui.controller.provision.walk import Progress
    from multitool_tui.rollout.package import Package

_VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@click.command()
@click.argument("name", required=False)
@click.option("--zip", "zip_file", type=click.Path(path_type=Path), metavar="FILE", help="The function's code.")
@click.option("--handler", metavar="NAME", help="What is called; otherwise lambda_function.lambda_handler.")
@click.option("--runtime", default="python3.13", show_default=True, metavar="NAME", help="As Lambda names them.")
@click.option("--alias", default="live", show_default=True, metavar="NAME", help="What everybody calls.")
@click.option("--memory", type=click.IntRange(128, 10_240), default=256, show_default=True, metavar="MB")
@click.option("--timeout", type=click.IntRange(1, 900), default=10, show_default=True, metavar="SECONDS")
@click.option("--architecture", type=click.Choice(["x86_64", "arm64"]), default="x86_64", show_default=True)
@click.option("--role", metavar="ARN", help="The role to run as; otherwise one is made.")
@click.option("--api", is_flag=True, help="A REST API in front.")
@click.option("--api-name", metavar="NAME", help="What it is called; otherwise as the function.")
@click.option("--path", metavar="PATH", help="Its path, like /orders/{id}; otherwise / and the function's name.")
@click.option("--method", "verb", type=click.Choice(_VERBS), default="ANY", show_default=True, help="Its method.")
@click.option("--stage", default="prod", show_default=True, metavar="NAME", help="Its stage.")
@click.option("--url", is_flag=True, help="A function URL on the alias.")
@click.option(
    "--auth",
    type=click.Choice(["none", "iam"]),
    default="none",
    show_default=True,
    help="Who may call the API and the URL: none asks nothing of anybody, iam a signature by whoever is allowed to.",
)
@click.option("--event-source", "sources", multiple=True, metavar="ARN", help="A queue or stream to read; again.")
@click.option("--retries", type=click.IntRange(0, 2), default=2, show_default=True, help="Of asynchronous invocations.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def setup(
    options: Globals,
    /,
    name: str | None,
    zip_file: Path | None,
    *,
    api: bool,
    api_name: str | None,
    path: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Make a service of NAME: role, function, first version, alias, what calls it, alarms and a dashboard.

    What is there already is kept; what was begun is finished. Without NAME, opens a screen that asks for all of it.
    `multitool teardown NAME` removes what was made.
    """
    if name is None:
        from multitool_tui.cli.wizard import open_wizard

        open_wizard(options)
        return
    if zip_file is None:
        raise click.UsageError("Give the code with --zip FILE, or no NAME to be asked for everything.")
    from multitool_tui.controller.port import Misused
    from multitool_tui.controller.provision.package import inspect
    from multitool_tui.controller.provision.service import Service

    handler = given.pop("handler") or "lambda_function.lambda_handler"
    try:
        package = inspect(zip_file, name, handler, given["runtime"])
    except Misused as misused:
        raise Failure(str(misused), Exit.USAGE) from None
    front = (api_name or name) if api or api_name or path else None
    given["sources"] = tuple(dict.fromkeys(given["sources"]))
    service = Service(name, handler, sha256=package.sha256, api=front, path=path or f"/{name}", **given)
    try:
        service.check()
    except ValueError as error:
        raise Failure(f"{error}.", Exit.USAGE) from None
    if options.read_only and not dry_run:
        raise Failure("This session is read-only: --dry-run says what would be made.", Exit.USAGE)
    in_workshop(options, lambda shop: _make(shop, service, package, dry_run=dry_run, yes=yes, as_json=as_json))


async def _make(shop: Workshop, service: Service, package: Package, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    from multitool_tui.aws.errors import AwsError
    from multitool_tui.controller.provision.walk import Status
    from multitool_tui.views.provision import document, exposed, how_to_call, lacking, line, what_next, where

    def tell(progress: Progress) -> None:
        if as_json:
            click.echo(json.dumps(document(progress)))
        elif progress.status is not Status.MAKING:
            click.echo(line(progress))

    async with shop.open(service.name, package) as work:
        caller = work.site.caller
        parts = service.parts(caller.region)
        lacks = lacking(service, work.site.partition)
        if open_to_all := exposed(service):
            click.echo(f"{open_to_all} --auth iam lets in signed requests alone.", err=True)
        if dry_run or not yes:
            planned = await work.survey(parts)
            for each in planned:
                tell(each)
            if not as_json:
                click.echo("\n".join(("", *lacks)) if lacks else "")
            if dry_run:
                return
            if any(each.status is Status.TO_MAKE for each in planned):
                may_go_on(f"Make this in {where(caller)}?", yes=yes)
        try:
            await work.set_up(parts, tell)
        except AwsError as error:
            raise type(error)(f"{error} What was made is on record: the same command goes on from here.") from None
        if as_json:
            ready = {"target": service.target, "next": what_next(service), "lacking": list(lacks)}
            click.echo(json.dumps(ready | {"call": list(how_to_call(service, work.site.facts, caller))}))
            return
        said = ("", f"{service.target} is ready. To call it:")
        called = tuple(f"  {each}" for each in how_to_call(service, work.site.facts, caller))
        click.echo("\n".join((*said, *called, *lacks, "Its next version:", f"  {what_next(service)}")))
