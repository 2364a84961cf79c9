"""How a JSON value breaks a schema: at which place, which rule, and what class of failure that is."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.safe_text import one_line

if TYPE_CHECKING:
    from jsonschema import ValidationError as SchemaViolation

FailureClass = Literal[
    "not_json",
    "truncated",
    "missing_key",
    "extra_key",
    "wrong_key_name",
    "wrong_type",
    "enum_violation",
    "bad_nesting",
    "other_rule",
]
"""What kind of failure a violation is, so that runs can be counted by it."""

COMPARED_KEYS = 100
"""How many unknown keys are looked at for the misspelt name of a missing one: an answer may hold any number."""
_NESTED = {"object", "array", "dict", "list", "tuple", "model"}


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken at one place."""

    pointer: str
    """JSON Pointer of the value, empty for the whole."""
    rule: str
    """The schema's keyword, or pydantic's error type."""
    message: str
    """What was got and what was expected."""
    failure: FailureClass

    def __str__(self) -> str:
        return f"{self.pointer or '(top level)'}: {self.message} [{self.failure}]"


def schema_violations(value: Any, schema: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield the violations of a JSON Schema, each once.

    Raises:
        ConfigurationError: Where the schema itself is broken, or refers to what is not in it.
    """
    # Imported here: only who checks a schema pays for it.
    import jsonschema
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it ships no types
    from referencing.exceptions import Unresolvable

    checker = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        checker.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        place = _pointer(error.absolute_path) or "its top level"
        raise ConfigurationError(f"the schema itself is broken at {place}: {one_line(error.message, 200)}") from None
    told: set[Violation] = set()
    try:
        # A registry of its own: the default one would fetch remote references from the network.
        for violation in checker(dict(schema), registry=REGISTRY).iter_errors(value):
            new = dict.fromkeys(one for one in _of_jsonschema(violation) if one not in told)
            told.update(new)
            yield from new
    except Unresolvable as error:
        raise ConfigurationError(
            f"the schema refers to {error.ref!r}, which is not in it; put it under $defs, references are not fetched"
        ) from None


def _of_jsonschema(error: SchemaViolation) -> Iterator[Violation]:
    pointer, rule = _pointer(error.absolute_path), str(error.validator)
    wanted: Any = error.validator_value
    instance: Any = error.instance
    if rule == "required" and isinstance(wanted, list):
        # There is one error for each missing key, which only its message names: all are told, repeats fall out.
        for name in wanted:
            if name not in instance:
                yield Violation(f"{pointer}/{_escaped(name)}", rule, "the key is missing", "missing_key")
    elif rule == "additionalProperties" and wanted is False:
        for name in _additional(error):
            yield Violation(f"{pointer}/{_escaped(name)}", rule, "the schema has no such key", "extra_key")
    elif rule in ("anyOf", "oneOf") and error.context:
        yield Violation(
            pointer, rule, f"got {_show(instance)}, which fits none of {len(wanted)} alternatives", "other_rule"
        )
        for inner in _closest_branch(error.context):
            yield from _of_jsonschema(inner)
    else:
        yield Violation(pointer, rule, f"got {_show(instance)}, expected {rule} {_show(wanted)}", _failure_class(error))


def _failure_class(error: SchemaViolation) -> FailureClass:
    if error.validator == "type":
        wanted = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
        nested = isinstance(error.instance, dict | list) or bool(_NESTED & set(wanted))
        return "bad_nesting" if nested else "wrong_type"
    return "enum_violation" if error.validator in ("enum", "const") else "other_rule"


def _additional(error: SchemaViolation) -> list[str]:
    schema: Any = error.schema
    instance: Any = error.instance
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    return [key for key in instance if key not in known and not any(re.search(one, key) for one in patterns)]


def _closest_branch(errors: Iterable[SchemaViolation]) -> list[SchemaViolation]:
    """Return the errors of the alternative that is of the right type, and of those with the fewest errors."""
    branches: dict[Any, list[SchemaViolation]] = {}
    for error in errors:
        branches.setdefault(error.schema_path[0], []).append(error)
    return min(
        branches.values(), key=lambda branch: (any(e.validator == "type" and not e.path for e in branch), len(branch))
    )


def of_pydantic(error: Any) -> Violation:
    """Read one of the errors of a pydantic ``ValidationError``."""
    rule = str(error["type"])
    failure: FailureClass = "other_rule"
    if rule == "missing":
        return Violation(_pointer(error["loc"]), rule, "the key is missing", "missing_key")
    if rule == "extra_forbidden":
        return Violation(_pointer(error["loc"]), rule, "the model has no such key", "extra_key")
    if rule in ("literal_error", "enum"):
        failure = "enum_violation"
    elif rule.endswith(("_type", "_parsing")):
        nested = isinstance(error["input"], dict | list) or rule.split("_")[0] in _NESTED
        failure = "bad_nesting" if nested else "wrong_type"
    return Violation(
        _pointer(error["loc"]), rule, f"got {_show(error['input'])}: {one_line(error['msg'], 120)}", failure
    )


def renamed_keys(violations: Iterable[Violation]) -> list[Violation]:
    """Where a key is missing and one much like it is too many, the name is what is wrong."""
    given = list(violations)
    extra = {v.pointer: v for v in given if v.failure == "extra_key"}
    kept: list[Violation] = []
    for violation in given:
        alike = _alike(violation.pointer, extra) if violation.failure == "missing_key" else None
        if alike is not None:
            del extra[alike]
            written = alike.rpartition("/")[2]
            violation = replace(violation, message=f"the key is there as {written!r}", failure="wrong_key_name")
        kept.append(violation)
    return [v for v in kept if v.failure != "extra_key" or v.pointer in extra]


def _alike(pointer: str, others: Iterable[str]) -> str | None:
    parent, _, key = pointer.rpartition("/")
    names = {_squashed(other.rpartition("/")[2]): other for other in others if other.rpartition("/")[0] == parent}
    close = difflib.get_close_matches(_squashed(key), list(names)[:COMPARED_KEYS], n=1, cutoff=0.75)
    return names[close[0]] if close else None


def _squashed(key: str) -> str:
    return "".join(char for char in key.casefold() if char.isalnum())


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{_escaped(str(part))}" for part in path)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _show(value: Any) -> str:
    return one_line(json.dumps(value, ensure_ascii=False, default=str), 80)
