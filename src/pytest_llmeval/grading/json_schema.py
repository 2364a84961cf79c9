"""A grader of form: the answer is JSON that fits a schema."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.errors import ConfigurationError, ExtractionError
from pytest_llmeval.grading.grade import Grade, Score
from pytest_llmeval.grading.json_text import MODES, RAW_ONLY, Mode
from pytest_llmeval.grading.rule_grader import RuleGrader
from pytest_llmeval.grading.schema_check import Schema, SchemaCheck, check_text
from pytest_llmeval.models.answer import Answer


@dataclass(frozen=True, slots=True)
class JsonSchema(RuleGrader):
    """The answer is JSON of the schema.

    Two scores tell form and content apart: ``json`` (and where it stood: raw, fenced or embedded) and ``schema``.
    An answer without JSON is ``unextractable``; JSON where none is accepted, or with violations, is wrong.

    Args:
        schema: A JSON Schema, the path of one, or a pydantic model; by default the entry's ``response_schema``.
        accept: Where the JSON may stand.
    """

    name: ClassVar[str] = "json_schema"

    schema: Schema | None = None
    _: KW_ONLY
    accept: Collection[Mode] = RAW_ONLY

    def __post_init__(self) -> None:
        check_modes(self.accept)

    def judge(self, entry: Entry, answer: Answer) -> Grade:
        """Find the JSON and check it."""
        check = check_text(answer.text, self.needed(self.schema, entry, "response_schema", "schema"), self.accept)
        if check.mode is None:
            raise ExtractionError(check.violations[0].message)
        form = Score("json", float(check.accepted), check.accepted, check.mode)
        content = Score("schema", float(not check.violations), not check.violations, check.counts)
        return self.graded("fully_correct" if check.valid else "wrong", form, content, notes=verdict(check))


def check_modes(accept: Collection[Mode]) -> None:
    """Refuse an ``accept`` that names no place where JSON may stand.

    Raises:
        ConfigurationError: Naming the places there are.
    """
    if isinstance(accept, str) or not accept or not set(accept) <= set(MODES):
        raise ConfigurationError(f"accept={accept!r} must be a tuple of some of {', '.join(map(repr, MODES))}")


def verdict(check: SchemaCheck) -> str:
    """Say on one line what is wrong with an answer's JSON; empty where nothing is."""
    if check.mode is None:
        return f"{check.violations[0].message} [{check.violations[0].failure}]"
    if check.violations:
        more = len(check.violations) - 1
        return f"the JSON does not fit the schema at {check.violations[0]}" + (f" and {more} more" if more else "")
    if not check.accepted:
        return f'the JSON was {check.mode}; accept=("raw", "{check.mode}") allows it'
    return ""


json_schema = JsonSchema
