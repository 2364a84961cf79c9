"""An entry: one question of a benchmark, with what a right answer must hold."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pytest_llmeval.fingerprint import fingerprint

UNCATEGORIZED = "uncategorized"
"""What a record says where the entry has no category."""

Status = Literal["active", "quarantined", "retired"]

Text: TypeAlias = Annotated[str, Field(coerce_numbers_to_str=True)]
"""A label or a fact, which files also write as a number (``difficulty: 3``)."""

BOOKKEEPING = frozenset({"added", "reviewed", "expires", "author", "notes", "provenance", "tags", "must_pass"})
"""Metadata that says when or by whom an entry was written or how it is sliced, and so is no part of its content."""

NOT_CONTENT = {"id", "category", "difficulty", "tags", "weight", "split", "status", "evaluation_type", "metadata"}
"""Fields that name, slice or weigh an entry (the metadata is looked at by key)."""

EXPECTATIONS = tuple(
    "gold_answer criteria expected_files expected_symbols expected_tools expected_route response_schema "
    "forbidden_tools missing_inputs objectives checkpoints steps".split()
)
"""Fields, and keys of the metadata, that say what a right answer is."""


class Entry(BaseModel):
    """One question with gold answer, as a benchmark file states it.

    The model under test sees ``question`` (or ``messages``), ``system_prompt`` and the text of ``context_files``;
    every other field is private to grading.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    id: str = Field(pattern=r"\S", coerce_numbers_to_str=True)
    """Unique in its benchmark; names the test item."""
    question: str = Field(pattern=r"\S")
    """What is asked. With ``messages`` given, the text that stands for the entry in logs."""
    category: Text | None = None
    """The slice the entry belongs to; becomes a marker."""
    gold_answer: Any = None
    """The right answer: text, a number, or any JSON value."""
    criteria: tuple[Text | tuple[Text, ...], ...] = ()
    """Key points a right answer makes; an inner tuple lists accepted wordings of one point."""
    evaluation_type: str | None = None
    """How the entry's author means it to be graded; free text for the user's own ``where=`` and graders."""
    expected_files: tuple[str, ...] = ()
    """Files a right answer rests on, as paths from the repository's root."""
    expected_symbols: tuple[Text, ...] = ()
    """Functions, classes or settings a right answer names."""
    expected_tools: tuple[str | dict[str, Any], ...] = ()
    """Tools that should be called: names, or mappings with ``name`` and ``args``."""
    expected_route: str | None = None
    """Where a router should send the question."""
    context_files: tuple[str, ...] = ()
    """Files whose text is given to the model with the question, as paths from the benchmark file, then rootdir."""
    response_schema: dict[str, Any] | str | None = None
    """JSON Schema of the answer, or the path of one."""
    difficulty: Text | None = None
    tags: tuple[Text, ...] = ()
    """Further slices; each becomes a marker."""
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    """How much the entry counts in weighted scores, at least 0."""
    split: Text | None = None
    """The layer of the benchmark the entry belongs to, such as ``dev`` or ``holdout``."""
    status: Status = "active"
    """Retired entries stay in the file and are not run."""
    system_prompt: str | None = None
    """Wins over the marker's."""
    messages: tuple[dict[str, Any], ...] = ()
    """The literal conversation to send in place of the question alone."""
    fake_tools: tuple[dict[str, Any], ...] = ()
    """Scripted tools the model may call for this entry, beside those of the marker: mappings with a ``name``."""
    turns: tuple[Entry, ...] = ()
    """What the user says one after another, each with what is expected of the answer; its ``question`` is the text."""
    metadata: dict[str, Any] = Field(default_factory=dict)
    """Every other field of the line, under the name it has there."""

    @field_validator("messages")
    @classmethod
    def _each_has_a_role(cls, messages: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        if not all(isinstance(one.get("role"), str) for one in messages):
            raise ValueError("a message has no role")
        return messages

    @field_validator("fake_tools")
    @classmethod
    def _each_has_a_name(cls, tools: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        if not all(isinstance((one.get("function") or one).get("name"), str) for one in tools):
            raise ValueError("a tool has no name")
        return tools

    @cached_property
    def hash(self) -> str:
        """Identify the content that is asked and graded: not the id, slices, weight or bookkeeping."""
        content = self.model_dump(
            exclude=NOT_CONTENT,
            exclude_defaults=True,  # a field that a later version adds must not change the hash of older entries
        )
        content["metadata"] = {k: v for k, v in self.metadata.items() if k not in BOOKKEEPING}
        return fingerprint(content)

    @property
    def expects_something(self) -> bool:
        """Tell whether it says anything of what a right answer is."""
        return any(self.field(name) not in (None, (), {}, [], "") for name in EXPECTATIONS)

    @property
    def slices(self) -> tuple[str, ...]:
        """Return the category and the tags, without repeats, in that order."""
        return tuple(dict.fromkeys([*([self.category] if self.category else []), *self.tags]))

    def field(self, name: str) -> Any:
        """Look a field up by name, then in the metadata.

        Args:
            name: A field of the entry, or a key of its metadata.

        Returns:
            The value, or None where the entry has no such field.
        """
        if name in type(self).model_fields:
            return getattr(self, name)
        return self.metadata.get(name)

    def matches(self, wanted: Mapping[str, Any]) -> bool:
        """Tell whether each wanted field has the wanted value, or holds it where the field is a list.

        Args:
            wanted: Field name to value; a list, tuple or set of values means any of them.
        """
        return all(_is_or_holds(self.field(name), value) for name, value in wanted.items())


def _is_or_holds(have: Any, want: Any) -> bool:
    if isinstance(want, list | tuple | set | frozenset):
        return any(_is_or_holds(have, one) for one in want)
    return any(_is(one, want) for one in have) if isinstance(have, list | tuple) else _is(have, want)


def _is(have: Any, want: Any) -> bool:
    if isinstance(have, str) and isinstance(want, int | float):
        return have == str(want)  # a label that the file writes as a number
    return bool(have == want)
