"""A deployment package, as an upload brings it."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

from multitool_tui.sandbox.errors import AwsError
from multitool_tui.sandbox.wire.messages import Params


def uploaded(code: Params) -> tuple[str, int]:
    """CodeSha256 and size (bytes) of the zip file in `code`.

    Raises:
        AwsError: InvalidParameterValueException, when there is none or it is none. There is no S3 and no ECR here:
            whoever names a bucket or an image is answered as if the role may not read it.
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
    try:
        names = zipfile.ZipFile(io.BytesIO(package)).namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise AwsError(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ) from error
    if not names:
        raise AwsError("InvalidParameterValueException", "Uploaded file must be a non-empty zip")
    return base64.b64encode(hashlib.sha256(package).digest()).decode(), len(package)
