"""Types of fields that read what other programs may write under the same name, without a function call per record."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, GetPydanticSchema
from pydantic_core import core_schema


def or_else(default: Any) -> GetPydanticSchema:
    """Mark a type whose field is this where a value does not fit: it may mean something else to who wrote it."""
    return GetPydanticSchema(
        lambda source, handler: core_schema.with_default_schema(handler(source), default=default, on_error="default")
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


Measured: TypeAlias = Annotated[float, AfterValidator(_known)]
"""A number that was measured, or computed of such; what is not a number, or is infinite, is unknown."""
