"""A REST API in front of the alias: its path, its method, what is behind that, and its stage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, ClassVar

from multitool_tui.aws.errors import Conflict, NotFound
from multitool_tui.aws.provision.fronts import Auth, find_statement, remove_statement
from multitool_tui.aws.provision.part import Facts, InTheWay, Part, Site

_TAG = "multitool:service"
_STATEMENT = "multitool-api"
_AUTHORIZATION: dict[Auth, str] = {"none": "NONE", "iam": "AWS_IAM"}


@dataclass(frozen=True, slots=True)
class RestApi(Part):
    """A regional REST API. Names of APIs are not unique: a tag says for which service it was made."""

    kind: ClassVar[str] = "REST API"
    api: str
    service: str

    @property
    def name(self) -> str:
        return self.api

    @property
    def says(self) -> str:
        return self.api

    async def look(self, site: Site) -> Facts | None:
        found = [item async for item in _apis(site) if item.get("name") == self.api]
        ours = [item for item in found if (item.get("tags") or {}).get(_TAG) == self.service]
        if found and not ours:
            raise InTheWay(f"A REST API {self.api} is there already: choose another name with --api-name.")
        if not ours:
            return None
        # Two that set up at once may have made two: everybody goes on with the older one.
        return {"api": _oldest(ours)["id"]}

    async def make(self, site: Site) -> Facts:
        answer = await site.call(
            "apigateway",
            "create_rest_api",
            "id",
            name=self.api,
            description=f"In front of {self.service}. Made by multitool setup.",
            endpointConfiguration={"types": ["REGIONAL"]},
            tags={_TAG: self.service},
        )
        first = await self.look(site)
        if first is not None and first["api"] != answer["id"]:
            await site.call("apigateway", "delete_rest_api", restApiId=answer["id"])
            raise Conflict(f"A REST API {self.api} was made by somebody else at the same time.")
        return {"api": answer["id"]}

    async def undo(self, site: Site) -> None:
        await site.call("apigateway", "delete_rest_api", restApiId=site.facts["api"])


@dataclass(frozen=True, slots=True)
class PathPart(Part):
    """A resource of the API: the last part of a path."""

    kind: ClassVar[str] = "resource"
    within: ClassVar[str] = RestApi.kind
    needs: ClassVar[tuple[str, ...]] = ("api",)
    path: str

    @property
    def name(self) -> str:
        return self.path

    @property
    def says(self) -> str:
        return self.path

    async def look(self, site: Site) -> Facts | None:
        found = await _resource(site, self.path)
        return None if found is None else {resource_fact(self.path): found}

    async def make(self, site: Site) -> Facts:
        above, _, last = self.path.rpartition("/")
        parent = site.facts.get(resource_fact(above)) if above else await _resource(site, "/")
        answer = await site.call(
            "apigateway", "create_resource", "id", restApiId=site.facts["api"], parentId=parent, pathPart=last
        )
        return {resource_fact(self.path): answer["id"]}

    async def undo(self, site: Site) -> None:
        await site.call(
            "apigateway",
            "delete_resource",
            restApiId=site.facts["api"],
            resourceId=site.facts[resource_fact(self.path)],
        )


@dataclass(frozen=True, slots=True)
class Method(Part):
    """Which requests to the path are taken, and from whom."""

    kind: ClassVar[str] = "method"
    within: ClassVar[str] = RestApi.kind
    needs: ClassVar[tuple[str, ...]] = ("api",)
    verb: str
    path: str
    auth: Auth

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path}"

    @property
    def says(self) -> str:
        who = "anybody may call it" if self.auth == "none" else "signed requests only"
        return f"{self.verb} {self.path}; {who}"

    async def look(self, site: Site) -> Facts | None:
        found = await _method(site, self.path, self.verb)
        if found is None:
            return None
        if found.get("authorizationType") != _AUTHORIZATION[self.auth]:
            raise InTheWay(
                f"{self.name} is there already, with authorization {found.get('authorizationType')}: give --auth as "
                "it is."
            )
        return {}

    async def make(self, site: Site) -> Facts:
        place = await _place(site, self.path, self.verb)
        await site.call("apigateway", "put_method", **place, authorizationType=_AUTHORIZATION[self.auth])
        return {}

    async def undo(self, site: Site) -> None:
        await site.call("apigateway", "delete_method", **await _place(site, self.path, self.verb))


@dataclass(frozen=True, slots=True)
class Integration(Part):
    """The alias behind the method: a Lambda proxy integration."""

    kind: ClassVar[str] = "integration"
    within: ClassVar[str] = RestApi.kind
    needs: ClassVar[tuple[str, ...]] = ("api",)
    verb: str
    path: str
    function: str
    alias: str

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path} > {self.function}:{self.alias}"

    @property
    def says(self) -> str:
        return f"{self.verb} {self.path} goes to {self.function}:{self.alias}"

    async def look(self, site: Site) -> Facts | None:
        found = (await _method(site, self.path, self.verb) or {}).get("methodIntegration")
        if found is None:
            return None
        if found.get("uri") != self._uri(site):
            raise InTheWay(f"{self.verb} {self.path} leads somewhere else already: choose another --path.")
        return {}

    async def make(self, site: Site) -> Facts:
        await site.call(
            "apigateway",
            "put_integration",
            **await _place(site, self.path, self.verb),
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=self._uri(site),
        )
        return {}

    async def undo(self, site: Site) -> None:
        await site.call("apigateway", "delete_integration", **await _place(site, self.path, self.verb))

    def _uri(self, site: Site) -> str:
        function = site.arn("lambda", f"function:{self.function}:{self.alias}")
        region = site.caller.region
        return f"arn:{site.partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"


@dataclass(frozen=True, slots=True)
class ApiPermission(Part):
    """Lets API Gateway invoke the alias, for this method of this API alone."""

    kind: ClassVar[str] = "permission"
    needs: ClassVar[tuple[str, ...]] = ("api",)
    function: str
    alias: str
    verb: str
    path: str

    @property
    def name(self) -> str:
        return f"{self.function}:{self.alias} {_STATEMENT} {self.verb} {self.path}"

    @property
    def says(self) -> str:
        return f"API Gateway may invoke {self.function}:{self.alias}"

    async def look(self, site: Site) -> Facts | None:
        statement = f"{_STATEMENT}-{site.facts['api']}"
        found = await find_statement(site, self.function, self.alias, statement)
        return None if found is None else {"statement": statement}

    async def make(self, site: Site) -> Facts:
        statement = f"{_STATEMENT}-{site.facts['api']}"
        verb = "*" if self.verb == "ANY" else self.verb
        await site.call(
            "lambda",
            "add_permission",
            FunctionName=self.function,
            Qualifier=self.alias,
            StatementId=statement,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=site.arn("execute-api", f"{site.facts['api']}/*/{verb}{self.path}"),
        )
        return {"statement": statement}

    async def undo(self, site: Site) -> None:
        await remove_statement(site, self.function, self.alias, site.facts["statement"])


@dataclass(frozen=True, slots=True)
class Stage(Part):
    """The stage that everybody calls, with its first deployment."""

    kind: ClassVar[str] = "stage"
    within: ClassVar[str] = RestApi.kind
    needs: ClassVar[tuple[str, ...]] = ("api",)
    stage: str
    path: str

    @property
    def name(self) -> str:
        return self.stage

    @property
    def says(self) -> str:
        return f"{self.stage}, deployed"

    async def look(self, site: Site) -> Facts | None:
        try:
            await site.read(
                "apigateway", "get_stage", "deploymentId", restApiId=site.facts["api"], stageName=self.stage
            )
        except NotFound:
            return None
        return self._facts(site)

    async def make(self, site: Site) -> Facts:
        await site.call(
            "apigateway",
            "create_deployment",
            "id",
            restApiId=site.facts["api"],
            stageName=self.stage,
            description="Made by multitool setup.",
        )
        return self._facts(site)

    async def undo(self, site: Site) -> None:
        await site.call("apigateway", "delete_stage", restApiId=site.facts["api"], stageName=self.stage)

    def _facts(self, site: Site) -> Facts:
        suffix = "amazonaws.com.cn" if site.partition == "aws-cn" else "amazonaws.com"
        host = f"{site.facts['api']}.execute-api.{site.caller.region}.{suffix}"
        return {"stage_url": f"https://{host}/{self.stage}{self.path if self.path != '/' else ''}"}


def resource_fact(path: str) -> str:
    """The name of the fact that holds the id of a path's resource."""
    return f"resource {path}"


async def _apis(site: Site) -> AsyncIterator[dict[str, Any]]:
    async for item in site.every("apigateway", "get_rest_apis", "items", ("position", "position"), limit=500):
        yield item


def _oldest(apis: list[dict[str, Any]]) -> dict[str, Any]:
    return min(apis, key=lambda item: (item["createdDate"], item["id"]))


async def _resource(site: Site, path: str) -> str | None:
    """The id of a path's resource."""
    pages = site.every(
        "apigateway", "get_resources", "items", ("position", "position"), restApiId=site.facts["api"], limit=500
    )
    async for item in pages:
        if item.get("path") == path:
            return str(item["id"])
    return None


async def _place(site: Site, path: str, verb: str) -> dict[str, str | None]:
    known = site.facts.get(resource_fact(path)) or await _resource(site, path)
    return {"restApiId": site.facts["api"], "resourceId": known, "httpMethod": verb}


async def _method(site: Site, path: str, verb: str) -> dict[str, Any] | None:
    try:
        return await site.read("apigateway", "get_method", "httpMethod", **await _place(site, path, verb))
    except NotFound:
        return None
