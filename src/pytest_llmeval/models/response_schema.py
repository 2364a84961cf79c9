"""JSON Schemas that a reply must follow, in whichever way they are given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from pytest_llmeval.bounded import TooLong, whole_text
from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import one_line

Schema: TypeAlias = Mapping[str, Any] | str | PathLike[str] | type
"""A JSON Schema, the path of one, or a pydantic model class."""


def read_schema(schema: Schema) -> Mapping[str, Any]:
    """Read a JSON Schema from a mapping, a file, or a pydantic model class.

    Raises:
        ConfigurationError: Where there is none to be had.
    """
    if isinstance(schema, Mapping):
        return schema
    if isinstance(schema, type):
        make = getattr(schema, "model_json_schema", None)
        if make is None:
            raise ConfigurationError(f"{schema.__name__} is no pydantic model; a schema is a dict, a path, or a model")
        return dict(make())
    try:
        read = json.loads(whole_text(Path(schema)))
    except TooLong as error:
        raise ConfigurationError(f"schema {schema} {error}") from None
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise ConfigurationError(
            f"schema {schema} cannot be read: {error}; give a dict, or the path of a JSON file"
        ) from None
    if not isinstance(read, dict):
        raise ConfigurationError(f"schema {schema} must be a JSON object, got {one_line(json.dumps(read))}")
    return read
