"""How an API calls a function: every way of writing it, and what would have to be written to call another version."""

from __future__ import annotations

from typing import Any

import pytest

from multitool_tui.aws.routes import (
    NoRoute,
    called_by,
    functions_of,
    methods_of,
    put_back,
    redirected,
    route_to,
)

HEAD = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"


def api(*called: str, **more: Any) -> list[dict[str, Any]]:
    """Resources whose methods call these, as GetResources has them; `more` goes into the first method."""
    found = [
        {
            "id": f"r{number}",
            "path": f"/{number}",
            "resourceMethods": {
                "POST": {"methodIntegration": {"type": "AWS_PROXY", "uri": f"{HEAD}{one}/invocations"}}
            },
        }
        for number, one in enumerate(called)
    ]
    found[0]["resourceMethods"]["POST"] |= more  # type: ignore[index]
    return [*found, {"id": "root", "path": "/"}]


@pytest.mark.parametrize(
    ("end", "variables", "qualifier", "own", "written"),
    [
        ("checkout:41", {}, "41", {}, "41"),
        ("checkout:live", {}, "live", {}, "live"),
        ("checkout", {}, "", {}, ""),
        ("checkout:${stageVariables.v}", {"v": "41"}, "41", {"v": "41"}, ""),
        ("${stageVariables.fn}", {"fn": "checkout:live"}, "live", {"fn": "checkout:live"}, ""),
        ("${stageVariables.fn}:${stageVariables.v}", {"fn": "checkout", "v": "41"}, "41", {"v": "41"}, ""),
    ],
)
def test_each_way_of_calling_a_version(
    end: str, variables: dict[str, str], qualifier: str, own: dict[str, str], written: str
) -> None:
    route = route_to("checkout", api(f"{ARN}{end}"), variables)
    assert (route.qualifier, route.variables, route.written) == (qualifier, own, written)
    assert route.alias == ("live" if qualifier == "live" else None)


SHARED = {
    "with another function": api(f"{ARN}checkout:${{stageVariables.v}}", f"{ARN}cart:${{stageVariables.v}}"),
    "with a header": api(f"{ARN}checkout:${{stageVariables.v}}", requestParameters={"h": "stageVariables.v"}),
    "with a template": api(f"{ARN}checkout:${{stageVariables.v}}", template="$stageVariables['v']"),
}


@pytest.mark.parametrize("resources", SHARED.values(), ids=SHARED)
def test_a_variable_that_says_something_else_as_well_is_left_alone(resources: list[dict[str, Any]]) -> None:
    route = route_to("checkout", resources, {"v": "live"})
    assert (route.qualifier, route.variables, route.written) == ("live", {}, "${stageVariables.v}")


@pytest.mark.parametrize(
    ("end", "variables", "redirected_to"),
    [
        ("checkout:41", {}, "checkout:42"),
        ("checkout:live", {}, "checkout:42"),
        ("checkout:${stageVariables.v}", {"v": "live"}, "checkout:42"),
        ("${stageVariables.fn}", {"fn": "checkout:live"}, "checkout:42"),
    ],
)
def test_what_is_written_anew_is_put_back_as_it_was(end: str, variables: dict[str, str], redirected_to: str) -> None:
    [method, other] = methods_of(api(f"{ARN}{end}", f"{ARN}cart:41"))
    written = end.rpartition(":")[2]
    anew = redirected(method, variables, "checkout", written, "42")
    assert anew == f"{ARN}{redirected_to}"
    assert redirected(other, variables, "checkout", written, "42") is None
    [moved] = methods_of(api(anew))
    assert called_by(moved, variables) == ("checkout", "42")
    assert put_back(moved, variables, "checkout", written, "42") == f"{ARN}{end}"
    assert put_back(method, variables, "checkout", written, "42") is None
    assert method.uri_for(anew) == f"{HEAD}{anew}/invocations"


@pytest.mark.parametrize(
    ("called", "said"),
    [
        ((f"{ARN}cart:1",), "none of its methods calls checkout"),
        ((f"{ARN}checkout:41", f"{ARN}checkout:40"), r"different versions or aliases \(40, 41\)"),
        ((f"{ARN}checkout:41", f"{ARN}checkout"), r"different versions or aliases \(\$LATEST, 41\)"),
        ((f"{ARN}checkout:41", f"{ARN}checkout:${{stageVariables.v}}"), "write the version of checkout in different"),
    ],
)
def test_what_is_no_one_way(called: tuple[str, ...], said: str) -> None:
    with pytest.raises(NoRoute, match=said):
        route_to("checkout", api(*called), {"v": "41"})


def test_what_is_no_function_is_passed_over() -> None:
    resources = api(f"{ARN}checkout:41", f"{ARN}cart:${{stageVariables.gone}}", "nonsense")
    resources[1]["resourceMethods"]["GET"] = {"methodIntegration": {"type": "MOCK"}}
    assert functions_of(resources, {}) == ("checkout",)
