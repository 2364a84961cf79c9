"""JSON Schemas whose descriptions are the docstrings that stand under the fields.

Pydantic can read these itself, but does so whenever a class is made: it looks for the source of every caller, which
under pytest are many, and takes a tenth of a second of each run for what only the documentation needs.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


def documented_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model, with a description for each field that has a docstring."""
    return model.model_json_schema(schema_generator=_Documented)


class _Documented(GenerateJsonSchema):
    """Sees every class that a schema is made of."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        return _described(super().model_schema(schema), schema["cls"])

    def dataclass_schema(self, schema: Any) -> JsonSchemaValue:
        return _described(super().dataclass_schema(schema), schema["cls"])


def _described(made: JsonSchemaValue, owner: type) -> JsonSchemaValue:
    told = field_docs(owner)
    for name, field in made.get("properties", {}).items():
        if name in told:
            field["description"] = told[name]
    return made


def field_docs(owner: type) -> dict[str, str]:
    """Return the docstrings under the fields of a class, by the fields' names."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(getattr(body, "body", ()))
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }
