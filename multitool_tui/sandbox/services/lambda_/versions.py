"""Publish and list versions."""

from __future__ import annotations

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.region import Region
from multitool_tui.sandbox.services.lambda_.common import (
    check_revision,
    check_settled,
    configuration,
    function_named,
    listed_configuration,
)
from multitool_tui.sandbox.services.lambda_.functions import page_of
from multitool_tui.sandbox.wire.messages import Params


def publish_version(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    check_revision(params.get("RevisionId"), function.latest.revision_id)
    check_settled(region, function)
    sha256 = params.get("CodeSha256")
    if sha256 and sha256 != function.latest.code_sha256:
        raise AwsError(
            "InvalidParameterValueException",
            f"CodeSHA256 ({sha256}) is different from current CodeSHA256 in $LATEST ({function.latest.code_sha256}). "
            "Please try again with the CodeSHA256 in $LATEST.",
        )
    version = function.publish(params.get("Description"), region.now, region.new_revision)
    return configuration(region, function, version, version.name)


def list_versions_by_function(region: Region, params: Params) -> Params:
    function = function_named(region, params["FunctionName"])
    versions = [function.latest, *function.versions.values()]
    entries = [listed_configuration(region, function, version, version.name) for version in versions]
    return page_of(entries, params, "Versions")
