"""Names of functions: as a name, a partial ARN or an ARN, with or without a qualifier."""

from __future__ import annotations

import re
from dataclasses import dataclass

from multitool_tui.sandbox.errors import AwsError

LATEST = "$LATEST"
_NAME = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?"
)


@dataclass(frozen=True)
class FunctionRef:
    """A function as a caller names it."""

    name: str
    qualifier: str | None = None


@dataclass(frozen=True)
class Place:
    """An account in a region: where ARNs are from."""

    account: str
    region: str

    def function_arn(self, name: str, qualifier: str | None = None) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{name}" + (f":{qualifier}" if qualifier else "")

    def service_arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:service/{name}"

    def event_source_mapping_arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:event-source-mapping:{name}"

    def execute_api_arn(self, api: str) -> str:
        return f"arn:aws:execute-api:{self.region}:{self.account}:{api}"

    def domain_arn(self, name: str, identity: str = "") -> str:
        """Only the ARN of a private custom domain has an account, and an id."""
        if not identity:
            return f"arn:aws:apigateway:{self.region}::/domainnames/{name}"
        return f"arn:aws:apigateway:{self.region}:{self.account}:/domainnames/{name}+{identity}"

    def access_association_arn(self, domain: str, source: str) -> str:
        path = f"/domainnameaccessassociations/domainname/{domain}/vpcesource/{source}"
        return f"arn:aws:apigateway:{self.region}:{self.account}:{path}"

    def role_arn(self, role: str) -> str:
        return role if role.startswith("arn:") else f"arn:aws:iam::{self.account}:role/{role}"

    def user_arn(self, user: str) -> str:
        return f"arn:aws:iam::{self.account}:user/{user}"

    def alarm_arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{name}"

    def dashboard_arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch::{self.account}:dashboard/{name}"

    def insight_rule_arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:insight-rule/{name}"

    def stream_arn(self, name: str) -> str:
        return f"arn:aws:cloudwatch:{self.region}:{self.account}:metric-stream/{name}"

    def objective_arn(self, name: str) -> str:
        return f"arn:aws:application-signals:{self.region}:{self.account}:slo/{name}"

    def function_ref(self, text: str, qualifier: str | None = None) -> FunctionRef:
        """Read a FunctionName parameter and, where the operation has one, its Qualifier.

        Raises:
            AwsError: when the ARN is of another account or region, or the two qualifiers differ.
        """
        match = _NAME.fullmatch(text)
        if match is None:
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value '{text}' at 'functionName' "
                "failed to satisfy constraint: Member must satisfy regular expression pattern",
            )
        if match["region"] not in (None, self.region):
            raise AwsError(
                "ResourceNotFoundException",
                f"Functions from '{match['region']}' are not reachable in this region ('{self.region}')",
            )
        if match["account"] not in (None, self.account):
            raise AwsError("AccessDeniedException", "")
        if len(match["name"]) > 64:
            raise AwsError(
                "InvalidParameterValueException",
                f"1 validation error detected: Value '{match['name']}' at 'functionName' failed to satisfy constraint: "
                "Member must have length less than or equal to 64",
            )
        if qualifier and match["qualifier"] and qualifier != match["qualifier"]:
            raise AwsError(
                "InvalidParameterValueException",
                "The derived qualifier from the function name does not match the specified qualifier.",
            )
        return FunctionRef(match["name"], qualifier or match["qualifier"])

    def unqualified(self, text: str) -> str:
        """The name in a FunctionName parameter of an operation on the function as a whole.

        Raises:
            AwsError: also when it has a qualifier. AWS's pattern allows one and no page says what then happens.
        """
        ref = self.function_ref(text)
        if ref.qualifier is not None:
            raise AwsError(
                "InvalidParameterValueException",
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
                "operation. Please specify either a function name or an unqualified function ARN.",
            )
        return ref.name
