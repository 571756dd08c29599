"""botocore's service models: the shapes of what AWS takes and gives. Read only; no client is ever made."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, StructureShape

MODEL_OF = {
    "lambda": "lambda",
    "monitoring": "cloudwatch",
    "application-signals": "application-signals",
    "apigateway": "apigateway",
    "iam": "iam",
    "sts": "sts",
}
"""The services answered here: the name requests are signed for -> the name of botocore's model."""


@cache
def service_model(service: str) -> ServiceModel:
    """The model of one of `MODEL_OF`'s values."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def error_shape(service: str | None, name: str) -> StructureShape | None:
    """The shape of an error of `service`; None for errors that its model does not have."""
    if service is None or name not in service_model(service).shape_names:
        return None
    shape = service_model(service).shape_for(name)
    return shape if isinstance(shape, StructureShape) else None


def operation_model(service: str, operation: str) -> OperationModel:
    """The model of one operation, by its name in the API ("UpdateAlias")."""
    return service_model(service).operation_model(operation)
