"""Checking a text against a schema: finding the JSON in it, then every violation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from os import PathLike, fspath
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.grading.json_text import RAW_ONLY, FoundJson, Mode, NoJsonError, find_json
from pytest_llmeval.grading.violations import FailureClass, Violation, of_pydantic, renamed_keys, schema_violations
from pytest_llmeval.models.response_schema import read_schema
from pytest_llmeval.safe_text import one_line

Schema: TypeAlias = Mapping[str, Any] | str | PathLike[str] | type[BaseModel]
"""A JSON Schema, the path of one, or a pydantic model."""


MOST_VIOLATIONS = 1000
"""After that many the search ends: a hostile answer may break a rule a million times."""


@dataclass(frozen=True, slots=True)
class SchemaCheck:
    """What came of looking for a value of a schema in a text."""

    value: Any = None
    """The JSON value, or the model made of it; None where there is no JSON."""
    mode: Mode | None = None
    """Where the JSON stood; None where there is none."""
    accepted: bool = True
    """Whether JSON may stand there."""
    violations: tuple[Violation, ...] = ()

    @property
    def valid(self) -> bool:
        """Return whether the value may be used."""
        return self.mode is not None and self.accepted and not self.violations

    @property
    def counts(self) -> str:
        """Return how many violations of each class there are: ``2 missing_key, 1 wrong_type``."""
        return ", ".join(f"{count} {failure}" for failure, count in Counter(v.failure for v in self.violations).items())


def check_text(text: str, schema: Schema, accept: Collection[Mode] = RAW_ONLY) -> SchemaCheck:
    """Find the JSON in a text and hold it against a schema.

    Args:
        text: The whole answer.
        schema: A JSON Schema, the path of one, or a pydantic model, whose own strictness counts.
        accept: Where the JSON may stand. It is found and checked in other places too, for the sake of the message.

    Raises:
        ConfigurationError: Where the schema cannot be read or is no valid JSON Schema.
    """
    try:
        found = find_json(text)
    except NoJsonError as error:
        failure: FailureClass = "truncated" if error.unfinished else "not_json"
        return SchemaCheck(violations=(Violation("", "json", str(error), failure),))
    value, violations = _check(found, schema)
    return SchemaCheck(value, found.mode, found.mode in accept, violations)


def schema_name(schema: Schema) -> str:
    """Return how a schema is named in messages."""
    if isinstance(schema, Mapping):
        title = schema.get("title") or schema.get("$id")
        return (
            f"JSON of the schema {title}"
            if title
            else f"JSON of the schema {one_line(json.dumps(schema, default=str), 120)}"
        )
    return f"JSON of {schema.__name__}" if isinstance(schema, type) else f"JSON of the schema {fspath(schema)}"


def _check(found: FoundJson, schema: Schema) -> tuple[Any, tuple[Violation, ...]]:
    if not isinstance(schema, type):
        return found.value, tuple(
            renamed_keys(islice(schema_violations(found.value, read_schema(schema)), MOST_VIOLATIONS))
        )
    if not issubclass(schema, BaseModel):
        raise ConfigurationError(
            f"{schema.__name__} is no schema; give a dict, the path of a JSON file, or a pydantic model"
        )
    try:
        return schema.model_validate_json(found.text), ()
    except ValidationError as error:
        return found.value, tuple(
            renamed_keys(map(of_pydantic, error.errors(include_url=False, include_context=False)))
        )
