"""What entries say of a right answer: nothing at all, or by a schema that is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pytest_llmeval.benchmark.checking.finding import Finding
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.safe_text import one_line

LONGEST_SAID = 200
NOTHING: tuple[object, ...] = (None, "", [])
"""Values of a field that says nothing."""
READ_BY_SOME = tuple(
    "grader graders hidden_tests visible_tests test test_list challenge_test_list policy expect answerable "
    "certainty false_premise minimal_answer planted_values canary".split()
)
"""Fields beside the expectations that code tests and probes go by, or that name a turn's graders."""


def expecting_nothing(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find entries that say nothing of what a right answer is, in their turns neither: one finding for all of them.

    A test may know better, or a grader need nothing, so it is a warning.
    """
    found = tuple(entry.id for entry in entries if not _expects_something(entry))
    if found:
        told = f"{len(found):,} of {len(entries):,} entries"
        text = f"{told} say nothing of what a right answer is; give them a gold_answer, criteria or expected_files"
        yield Finding("no expectation", "warning", found, text)


def _expects_something(entry: Entry) -> bool:
    told = (entry, *entry.turns)
    return any(one.expects_something or any(one.field(name) not in NOTHING for name in READ_BY_SOME) for one in told)


def broken_schemas(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find entries whose own ``response_schema``, or that of a turn, is no JSON Schema; paths are not followed."""
    for entry in entries:
        for place, schema in _own_schemas(entry):
            fault = _fault_of(schema)
            if fault is not None:
                yield Finding("broken schemas", "error", (entry.id,), f"{place} is no JSON Schema: {fault}")


def _own_schemas(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(entry.response_schema, dict):
        yield "response_schema", entry.response_schema
    for number, turn in enumerate(entry.turns, start=1):
        if isinstance(turn.response_schema, dict):
            yield f"response_schema of turn {number}", turn.response_schema


def _fault_of(schema: dict[str, Any]) -> str | None:
    import jsonschema  # takes a tenth of a second to import, so only where there is a schema

    if not isinstance(schema.get("$schema", ""), str):  # the library fails on it
        return "at /$schema: must be the address of a dialect"
    checker = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        checker.check_schema(schema)
    except jsonschema.SchemaError as error:
        place = "".join(f"/{step}" for step in error.absolute_path) or "its top level"
        return f"at {place}: {one_line(error.message, LONGEST_SAID)}"
    except RecursionError:
        return "it is nested too deeply"
    return None
