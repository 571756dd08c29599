"""Custom domains in front of the APIs that call the target: where they lead, what they demand, and who reaches them."""

from __future__ import annotations

import asyncio
import json
import re

from multitool_tui.aws import domains
from multitool_tui.aws.domains import Association, Domain
from multitool_tui.controller.observe.keys import pack, unpack
from multitool_tui.controller.observe.page import Facts, Field, Form, Page, Part, Prose, Row, Table
from multitool_tui.controller.observe.tab import Deed, Desk, Subject, Tab, Values

_DOMAINS, _STAGES, _ACCESS = "Custom domains", "Stages of the APIs that call it", "Who reaches private domains"
_STORE = re.compile(r"s3://[^/\s]+/\S+")
_ENDPOINT = re.compile(r"vpce-[0-9a-f]+")


async def load(desk: Desk, subject: Subject) -> Page:
    """Domains, stages, and the endpoints that reach what is private."""
    return await desk.page(
        (_DOMAINS, _in_front(desk, subject)),
        (_STAGES, _stages(desk, subject)),
        (_ACCESS, _access(desk)),
    )


async def _in_front(desk: Desk, subject: Subject) -> Part:
    client, apis = await desk.gateway(), await _apis(desk, subject)
    every = await domains.domains(client)
    leads = await asyncio.gather(*(domains.leads(client, one) for one in every))
    rows = tuple(
        Row(
            (
                one.name + (f"/{lead.path}" if lead.path else ""),
                one.kind.lower(),
                f"{lead.api}/{lead.stage}" if lead.stage else lead.api,
                "mutual" if one.truststore else one.security or None,
                one.status.lower(),
            ),
            pack("private-domain" if one.private else "domain", one.name, one.id),
        )
        for one, found in zip(every, leads, strict=True)
        for lead in found
        if lead.api in apis
    )
    columns = ("domain", "kind", "leads to", "TLS", "status")
    return Table(_DOMAINS, columns, rows, f"No custom domain leads to {subject.name}.")


async def _apis(desk: Desk, subject: Subject) -> tuple[str, ...]:
    return await domains.apis_of(await desk.functions(), subject.function, subject.alias)


async def _stages(desk: Desk, subject: Subject) -> Part:
    client, apis = await desk.gateway(), await _apis(desk, subject)
    found, policies = await asyncio.gather(
        asyncio.gather(*(domains.stages(client, api) for api in apis)),
        asyncio.gather(*(domains.api_policy(client, api) for api in apis)),
    )
    rows = tuple(
        Row(
            (f"{stage.api}/{stage.name}", _acl(stage.web_acl), "written" if policy else None),
            pack("api", stage.api),
        )
        for stages, policy in zip(found, policies, strict=True)
        for stage in stages
    )
    return Table(_STAGES, ("stage", "web ACL", "policy"), rows, f"No REST API calls {subject.name}.")


def _acl(arn: str) -> str | None:
    """The name of a web ACL: the part before its id. Source: Service Authorization Reference, AWS WAF V2."""
    return arn.split("/")[-2] if arn.count("/") > 1 else arn or None


async def _access(desk: Desk) -> Part:
    found = await domains.associations(await desk.gateway())
    rows = tuple(
        Row(
            (one.endpoint, _domain_name(one.domain), one.arn.split(":")[4] if one.foreign else "this account"),
            pack("foreign" if one.foreign else "own", one.arn, one.domain, one.endpoint),
        )
        for one in found
    )
    return Table(_ACCESS, ("endpoint", "domain", "of"), rows, "There are no access associations.")


def _domain_name(arn: str) -> str:
    return arn.rpartition("/")[2].partition("+")[0]


async def look(desk: Desk, subject: Subject, key: str) -> Page:
    """A domain in full, or the policy of an API."""
    del subject
    kind, (name, *rest) = unpack(key)
    match kind:
        case "api":
            return await desk.page(("", _policy(desk, name)), title=f"API {name}")
        case "foreign" | "own":
            return await desk.page(("", _association(name, *rest)), title="access association")
        case _:
            parts = (("", _domain(desk, name, *rest)), ("Policy", _domain_policy(desk, name, *rest)))
            return await desk.page(*parts, title=name)


async def _domain(desk: Desk, name: str, identity: str) -> Part:
    found = await domains.domain(await desk.gateway(), name, identity)
    return Facts(
        "",
        (
            ("Kind", found.kind.lower()),
            ("Status", found.status.lower()),
            ("Certificate", found.certificate or None),
            ("TLS", found.security or None),
            ("Callers' certificates", found.truststore or None),
            ("ARN", found.arn or None),
        ),
    )


async def _domain_policy(desk: Desk, name: str, identity: str) -> Part:
    found = await domains.domain(await desk.gateway(), name, identity)
    if not found.private:
        return Prose("Policy", "Only a private domain has one.")
    said = [f"Who may call: {found.policy or 'not written'}", f"Who may manage: {found.management or 'not written'}"]
    return Prose("Policy", "\n".join(said))


async def _association(arn: str, domain: str, endpoint: str) -> Part:
    return Facts("", (("Endpoint", endpoint), ("Domain", domain), ("ARN", arn)))


async def _policy(desk: Desk, api: str) -> Part:
    found = await domains.api_policy(await desk.gateway(), api)
    return Prose("Policy", found or "The API has no policy of its own.")


# What is demanded of callers


async def _found(desk: Desk, key: str) -> Domain:
    _, (name, identity) = unpack(key)
    return await domains.domain(await desk.gateway(), name, identity)


async def _ask_trust(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    found = await _found(desk, key)
    return Form(
        f"Know callers of {found.name} by certificate?",
        "Whoever has none that the store vouches for is turned away, from the moment this has spread.",
        "Set",
        (("Domain", found.name), ("Now", found.truststore or "no certificate is asked for")),
        (Field("store", "Truststore", found.truststore, "s3://bucket/key"),),
    )


async def _trust(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    store = given.get("store", "").strip()
    if not _STORE.fullmatch(store):
        raise ValueError(f"{store or 'Nothing'} is no truststore: write it as s3://bucket/key.")
    found = await _found(desk, key)
    await domains.trust(await desk.gateway(), found, store)
    return f"{found.name} knows callers by {store}."


async def _ask_distrust(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    found = await _found(desk, key)
    return Form(
        f"Ask callers of {found.name} for no certificate?",
        "Everybody is let in again, as far as the API's policy allows.",
        "Ask for none",
        (("Now", found.truststore or "no certificate is asked for"),),
    )


async def _distrust(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    found = await _found(desk, key)
    await domains.trust(await desk.gateway(), found, "")
    return f"{found.name} asks for no certificate any more."


# Policies


def _document(given: Values, *, needed: bool) -> str:
    text = given.get("policy", "").strip()
    if not text and not needed:
        return ""
    try:
        if "Statement" not in json.loads(text):
            raise ValueError
    except (ValueError, TypeError):
        raise ValueError("That is no policy: write one line of JSON with a Statement.") from None
    return text


async def _ask_policy(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    found = await _found(desk, key)
    return Form(
        f"Who may call {found.name}?",
        "A policy in JSON, about execute-api:Invoke. Whoever it does not allow is turned away.",
        "Write",
        (("Domain", found.arn),),
        (Field("policy", "Policy", found.policy, "JSON in one line"),),
    )


async def _write_policy(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    found = await _found(desk, key)
    await domains.write_policy(await desk.gateway(), found, _document(given, needed=True))
    return f"The policy of {found.name} is written."


async def _ask_management(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    found = await _found(desk, key)
    return Form(
        f"Who may manage {found.name}?",
        "A policy in JSON, about apigateway:CreateAccessAssociation: it lets other accounts reach the domain.",
        "Write",
        (("Domain", found.arn),),
        (Field("policy", "Policy", found.management, "JSON in one line"),),
    )


async def _write_management(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    found = await _found(desk, key)
    await domains.write_management_policy(await desk.gateway(), found, _document(given, needed=True))
    return f"The management policy of {found.name} is written."


async def _ask_api_policy(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    (api,) = unpack(key)[1]
    written = await domains.api_policy(await desk.gateway(), api)
    return Form(
        f"Who may call the API {api}?",
        "A policy in JSON, about execute-api:Invoke; an empty one takes it away. It holds from the next deployment on.",
        "Write",
        (("API", api),),
        (Field("policy", "Policy", written, "JSON in one line, or nothing"),),
    )


async def _write_api_policy(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    (api,) = unpack(key)[1]
    await domains.write_api_policy(await desk.gateway(), api, _document(given, needed=False))
    return f"The policy of the API {api} is set: deploy the stage, and it holds."


# Access associations


async def _ask_associate(desk: Desk, subject: Subject, key: str) -> Form:
    del subject
    found = await _found(desk, key)
    return Form(
        f"Let an endpoint reach {found.name}?",
        "From its network the domain can be called then, as far as the domain's policy allows.",
        "Let in",
        (("Domain", found.arn),),
        (Field("endpoint", "Endpoint", "", "vpce-..."),),
    )


async def _associate(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject
    found, endpoint = await _found(desk, key), given.get("endpoint", "").strip()
    if not _ENDPOINT.fullmatch(endpoint):
        raise ValueError(f"{endpoint or 'Nothing'} is no VPC endpoint: write it as vpce-0123456789abcdef0.")
    await domains.associate(await desk.gateway(), found.arn, endpoint)
    return f"{endpoint} reaches {found.name}."


async def _ask_reject(desk: Desk, subject: Subject, key: str) -> Form:
    del desk, subject
    arn, domain, endpoint = unpack(key)[1]
    return Form(
        f"Turn {endpoint} away?",
        "It is of another account, and does not reach the domain any more.",
        "Turn away",
        (("Account", arn.split(":")[4]), ("Domain", domain)),
    )


async def _reject(desk: Desk, subject: Subject, key: str, given: Values) -> str:
    del subject, given
    arn, domain, endpoint = unpack(key)[1]
    await domains.reject(await desk.gateway(), Association(arn, domain, endpoint, foreign=True))
    return f"{endpoint} does not reach {_domain_name(domain)} any more."


TAB = Tab(
    "domains",
    "Domains",
    "domains before its APIs, policies, and who reaches them",
    load,
    look,
    (
        Deed("trust-store", "e", "Callers' certificates", _ask_trust, _trust, of="domain:"),
        Deed("no-trust-store", "u", "Ask for none", _ask_distrust, _distrust, of="domain:"),
        Deed("domain-policy", "e", "Who may call", _ask_policy, _write_policy, of="private-domain:"),
        Deed("management-policy", "w", "Who may manage", _ask_management, _write_management, of="private-domain:"),
        Deed("associate", "a", "Let an endpoint in", _ask_associate, _associate, of="private-domain:"),
        Deed("reject", "x", "Turn away", _ask_reject, _reject, of="foreign:"),
        Deed("api-policy", "e", "Who may call", _ask_api_policy, _write_api_policy, of="api:"),
    ),
)
