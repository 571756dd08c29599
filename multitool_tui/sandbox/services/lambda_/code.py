"""A deployment package, as an upload brings it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.functions.state import Version
from multitool_tui.sandbox.handlers.package import LARGEST_ZIP, check
from multitool_tui.sandbox.wire.messages import Params


@dataclass(frozen=True)
class Code:
    """A zip file."""

    package: bytes

    @property
    def sha256(self) -> str:
        """As CodeSha256 has it: in base64."""
        return base64.b64encode(hashlib.sha256(self.package).digest()).decode()


def with_code(version: Version, code: Code, now: float) -> Version:
    """The version with other code from `now` on."""
    return replace(version, code_sha256=code.sha256, code_size=len(code.package), modified=now, package=code.package)


def uploaded(code: Params, operation: str) -> Code:
    """The zip file in the parameters of `operation`.

    Raises:
        AwsError: InvalidParameterValueException, when there is none or it is none; RequestEntityTooLargeException.
            There is no S3 and no ECR here: whoever names a bucket or an image is answered as if the role may not
            read it.
    """
    if code.keys() & {"S3Bucket", "S3Key"}:
        raise AwsError(
            "InvalidParameterValueException",
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject "
            f"for {code.get('S3Bucket')}/{code.get('S3Key')}. S3 Error Code: AccessDenied. "
            "S3 Error Message: Access Denied",
        )
    if "ImageUri" in code:
        raise AwsError(
            "InvalidParameterValueException",
            f"Source image {code['ImageUri']} does not exist. Provide a valid source image.",
        )
    package = code.get("ZipFile")
    if package is None:
        raise AwsError("InvalidParameterValueException", "Please provide a source for function code.")
    if len(package) > LARGEST_ZIP:
        raise AwsError(
            "RequestEntityTooLargeException",
            f"Request must be smaller than 70167211 bytes for the {operation} operation",
        )
    try:
        check(package)
    except ValueError as error:
        raise AwsError("InvalidParameterValueException", str(error)) from error
    return Code(package)
