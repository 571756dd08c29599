"""A REST API as API Gateway keeps it. Bodies are in the members of botocore's shapes, as they are answered."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

Body = dict[str, Any]

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass
class Deployment:
    """A snapshot of the API's resources, by id: what a stage serves."""

    body: Body
    resources: dict[str, Body]


@dataclass
class Api:
    """A REST API. Resources have their methods in `resourceMethods`, those their integration in `methodIntegration`."""

    body: Body
    resources: dict[str, Body] = field(default_factory=dict)
    deployments: dict[str, Deployment] = field(default_factory=dict)
    stages: dict[str, Body] = field(default_factory=dict)

    def snapshot(self) -> dict[str, Body]:
        """The resources as they are now, whatever becomes of them."""
        return deepcopy(self.resources)


@dataclass
class Domain:
    """A custom domain, and its base path mappings by their path."""

    body: Body
    mappings: dict[str, Body] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.body["domainName"])

    @property
    def private(self) -> bool:
        return "domainNameId" in self.body


@dataclass
class Apis:
    """Every REST API of a region, by id; custom domains and access associations, by ARN."""

    random: Random
    all: dict[str, Api] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    associations: dict[str, Body] = field(default_factory=dict)

    def new_id(self, length: int) -> str:
        """An identifier: ten letters and digits for an API, six for what is in it."""
        return "".join(self.random.choices(_LETTERS, k=length))
