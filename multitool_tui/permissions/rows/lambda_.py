"""AWS Lambda."""

from __future__ import annotations

from multitool_tui.permissions.features import (
    DOCTOR,
    DOMAINS,
    PUBLISH,
    REPLAY,
    RUN,
    RUNTIME,
    SETTINGS,
    SETUP,
    SMOKE,
    STAGES,
    TAGS,
    TEARDOWN,
    WATCH,
    WIRING,
)
from multitool_tui.permissions.row import Access, Feature, Row, Shape, When, operations

FUNCTION = Shape("Function", "arn:{partition}:lambda:{region}:{account}:function:{function}")
# A request with a Qualifier is checked against the ARN with it, which the ARN without does not cover.
VERSION = Shape("Version", "arn:{partition}:lambda:{region}:{account}:function:{function}:*")
MAPPING = Shape("EventSourceMapping", "arn:{partition}:lambda:{region}:{account}:event-source-mapping:*")

_EDGE = (
    "Permission only: Lambda@Edge has it checked when CloudFront replicates a function. No operation stands behind it."
)
# An API, or with a public function URL everybody.
_TO_WHOM = When("StringEquals", "lambda:Principal", ("apigateway.amazonaws.com", "*"))
# A mapping is of the function, or of one of its aliases.
_OF_THE_FUNCTION = When("ArnLike", "lambda:FunctionArn", (FUNCTION.template, VERSION.template))


def _row(
    name: str,
    access: Access,
    *shapes: Shape,
    now: tuple[Feature, ...] = (),
    operation: str | None = None,
    when: When | None = None,
    note: str = "",
) -> Row:
    called = operations("lambda", operation or name)
    return Row(f"lambda:{name}", access, shapes, called, now, when, note)


ROWS = (
    _row("AddPermission", Access.PERMISSIONS, VERSION, now=(STAGES, SETUP), when=_TO_WHOM),
    _row("CreateAlias", Access.WRITE, FUNCTION, now=(SETUP,)),
    _row("CreateEventSourceMapping", Access.WRITE, now=(SETUP,), when=_OF_THE_FUNCTION),
    _row("CreateFunction", Access.WRITE, FUNCTION, now=(SETUP,)),
    _row("CreateFunctionUrlConfig", Access.WRITE, VERSION, now=(SETUP,)),
    _row("DeleteAlias", Access.WRITE, FUNCTION, now=(TEARDOWN,)),
    _row("DeleteEventSourceMapping", Access.WRITE, MAPPING, now=(TEARDOWN, WIRING), when=_OF_THE_FUNCTION),
    _row("DeleteFunction", Access.WRITE, FUNCTION, VERSION, now=(TEARDOWN,)),
    _row("DeleteFunctionEventInvokeConfig", Access.WRITE, VERSION, now=(TEARDOWN, WIRING)),
    _row("DeleteFunctionUrlConfig", Access.WRITE, VERSION, now=(TEARDOWN, WIRING)),
    Row("lambda:DisableReplication", Access.PERMISSIONS, (FUNCTION,), note=_EDGE),
    Row("lambda:EnableReplication", Access.PERMISSIONS, (FUNCTION,), note=_EDGE),
    _row("GetAccountSettings", Access.READ, now=(RUN, DOCTOR)),
    _row("GetAlias", Access.READ, FUNCTION, now=(WATCH, RUN, STAGES, REPLAY, SETUP, TEARDOWN)),
    _row("GetEventSourceMapping", Access.READ, MAPPING, now=(WIRING,)),
    _row("GetFunction", Access.READ, VERSION, now=(RUN,)),
    _row(
        "GetFunctionConfiguration", Access.READ, VERSION, now=(WATCH, RUN, STAGES, SETUP, TEARDOWN, RUNTIME, SETTINGS)
    ),
    _row("GetFunctionEventInvokeConfig", Access.READ, VERSION, now=(SETUP, TEARDOWN, WIRING)),
    _row("GetFunctionUrlConfig", Access.READ, VERSION, now=(SETUP, SMOKE, TEARDOWN, WIRING)),
    _row("GetPolicy", Access.READ, VERSION, now=(STAGES, SETUP, TEARDOWN, DOMAINS)),
    _row("GetRuntimeManagementConfig", Access.READ, VERSION, now=(RUNTIME,)),
    _row("InvokeAsync", Access.WRITE, VERSION, now=(SMOKE,)),
    _row("InvokeFunction", Access.WRITE, VERSION, now=(SMOKE,), operation="Invoke"),
    Row(
        "lambda:InvokeFunctionUrl",
        Access.WRITE,
        (VERSION,),
        now=(SMOKE,),
        note="No operation of the API: a request to the function's own URL, signed where its AuthType is AWS_IAM.",
    ),
    _row("ListAliases", Access.LIST, FUNCTION, now=(WATCH, RUN)),
    _row("ListEventSourceMappings", Access.LIST, now=(SETUP, TEARDOWN, WIRING)),
    _row("ListFunctionEventInvokeConfigs", Access.LIST, FUNCTION, now=(WIRING,)),
    _row("ListFunctions", Access.LIST, now=(WATCH,)),
    _row("ListFunctionUrlConfigs", Access.LIST, FUNCTION, now=(WIRING,)),
    _row("ListTags", Access.READ, FUNCTION, now=(RUN, TAGS)),
    _row("ListVersionsByFunction", Access.LIST, FUNCTION, now=(WATCH, RUN, STAGES, SETUP, TEARDOWN)),
    _row("PublishVersion", Access.WRITE, FUNCTION, now=(PUBLISH, SETUP)),
    _row("PutFunctionEventInvokeConfig", Access.WRITE, VERSION, now=(SETUP, WIRING)),
    _row("PutRuntimeManagementConfig", Access.WRITE, VERSION, now=(RUNTIME,)),
    _row("RemovePermission", Access.PERMISSIONS, VERSION, now=(TEARDOWN,)),
    _row("UpdateAlias", Access.WRITE, FUNCTION, now=(RUN, STAGES)),
    _row("UpdateEventSourceMapping", Access.WRITE, MAPPING, now=(WIRING,), when=_OF_THE_FUNCTION),
    _row("UpdateFunctionCode", Access.WRITE, FUNCTION, now=(PUBLISH,)),
    _row("UpdateFunctionConfiguration", Access.WRITE, FUNCTION, now=(SETTINGS,)),
    _row("UpdateFunctionEventInvokeConfig", Access.WRITE, VERSION, now=(WIRING,)),
)

TRIED = (
    _row(
        "GetProvisionedConcurrencyConfig",
        Access.READ,
        VERSION,
        now=(RUN,),
        note="Not in the policy: asked for before a start, which goes on without an answer.",
    ),
)
