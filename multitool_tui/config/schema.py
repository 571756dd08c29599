"""Which keys there are in a manifest: as a JSON Schema for editors, and by the way to a table for an error's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args, get_origin

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from multitool_tui.config.manifest import Manifest
from multitool_tui.config.values import Table
from multitool_tui.words import write_duration
from multitool_tui.wrong import KeyPath


def known_keys(table: KeyPath, of: type[Table] = Manifest) -> list[str]:
    """The keys of the table that this way leads to in a document `of` a kind, by the models; whatever stands there."""
    kind: Any = of
    for part in table:
        if isinstance(kind, type):
            kind = _container(kind.model_fields[part].annotation)  # type: ignore[attr-defined]
        else:
            kind = _container(get_args(kind)[-1 if isinstance(part, str) else 0])
    return list(kind.model_fields)


def _container(kind: Any) -> Any:
    """The table, the array or the tables by name that a type allows, `None` and annotations aside."""
    if get_origin(kind) in (Mapping, tuple) or (isinstance(kind, type) and issubclass(kind, Table)):
        return kind
    return next(filter(None, map(_container, get_args(kind))), None)


def manifest_schema() -> dict[str, Any]:
    """The manifest's JSON Schema, for editors."""
    return schema_of(Manifest)


def schema_of(document: type[Table]) -> dict[str, Any]:
    """The JSON Schema of a kind of TOML document."""
    return {"$schema": _Schema.schema_dialect, **document.model_json_schema(schema_generator=_Schema)}


class _Schema(GenerateJsonSchema):
    """Speaks of what TOML has: no null, and durations as they are written."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        return {key: value for key, value in described.items() if (key, value) != ("default", None)}

    def encode_default(self, dft: Any) -> Any:
        return write_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)
