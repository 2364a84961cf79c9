"""Docstrings under fields become descriptions, without slowing down whoever only reads and writes records."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from pytest_llmeval.runs.field_docs import documented_schema, field_docs
from pytest_llmeval.runs.record import Record


@dataclass
class Inner:
    size: int = 0
    """How large it is."""
    colour: str = ""


class Outer(BaseModel):
    """A class's own docstring describes none of its fields."""

    inner: Inner = Inner()
    """What lies inside,
    on two lines."""
    name: str


def test_the_docstring_right_under_a_field_is_the_fields() -> None:
    assert field_docs(Outer) == {"inner": "What lies inside,\non two lines."}
    assert field_docs(Inner) == {"size": "How large it is."}


def test_a_schema_describes_the_fields_of_every_class_in_it() -> None:
    schema = documented_schema(Record)
    assert schema["properties"]["answer"]["description"].startswith("What the system under test said")
    assert schema["$defs"]["Usage"]["properties"]["input_tokens"]["description"].startswith("All tokens read")
    assert "description" not in schema["$defs"]["Call"]["properties"]["model"]


def test_records_carry_no_descriptions_at_run_time() -> None:
    """Pydantic would read the sources of all callers to find them, a tenth of a second in every run."""
    assert all(field.description is None for field in Record.model_fields.values())
