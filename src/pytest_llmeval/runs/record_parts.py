"""What a record holds beside plain values: what judges said, how a variant was made, the turns of a conversation."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pytest_llmeval.grading.grade import FailureLabel, Level
from pytest_llmeval.models.answer import FinishReason, ToolCall, Usage


class JudgeVerdict(BaseModel):
    """What one judge, or one panel, made of the record's answer, whichever grade counts in the end."""

    model_config = ConfigDict(frozen=True, extra="allow")

    hash: str
    """Identifies model, prompt, rubric and parameters together."""
    level: Level | None = None
    """Null where it reached no verdict."""
    abstained: bool = False
    """Whether it reached none because it says that a person should judge."""


class JudgeControl(BaseModel):
    """An answer of known worth, put to a judge that cannot tell it from others."""

    model_config = ConfigDict(frozen=True, extra="allow")

    hash: str
    """The judge's, as in its verdicts."""
    is_right: bool
    """Whether the answer is right."""
    level: Level | None = None
    """What the judge said; null where it reached no verdict."""
    passed: bool | None = None
    """Whether the judge took a right answer for at least partially correct, or a wrong one for worse."""


class JudgeInfo(BaseModel):
    """Which judge graded, so that its grades can be told from another's."""

    model_config = ConfigDict(frozen=True, extra="allow")

    model: str | None = None
    """The judge, as ``provider:model``; null where judges were only asked how sure one can be of the answer."""
    hash: str | None = None
    """Identifies model, prompt, rubric and parameters together."""
    usage: Usage = Usage()
    """Tokens of all judge calls of the trial; no part of the record's own."""
    cost_usd: float | None = None
    """Of all judge calls of the trial; null where any price is unknown."""
    verdicts: tuple[JudgeVerdict, ...] = ()
    """One for each grader that judged the record's answer."""
    controls: tuple[JudgeControl, ...] = ()
    """Answers of known worth that were put to the judge beside the record's."""

    @property
    def has_judged(self) -> bool:
        """Tell whether it had a part in the grade, and was not merely asked beside it, as a verifier is."""
        return bool(self.model or self.hash or self.verdicts)


class PerturbationInfo(BaseModel):
    """How a variant was made of another entry."""

    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str
    """What was changed, such as ``typos``."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """How it was changed, such as ``{"rate": 0.15, "seed": 0}``."""
    same_gold: bool = True
    """Whether the right answer is written as the original's is; not where choices changed their letters."""

    @model_validator(mode="before")
    @classmethod
    def _kind_alone(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value


class TurnRecord(BaseModel):
    """One turn of a conversation: what the user said, and what became of it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    question: str
    """What the user said."""
    answer: str | None = None
    """What the system under test answered; null where the conversation ended before."""
    calls: int = 0
    """How many of the record's calls of the model under test are this turn's, in their order."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Tools called, where no call of the record holds them."""
    finish_reason: FinishReason | None = None
    """Why the model stopped."""
    grade: Level | None = None
    """Null where nothing was expected of this turn, or no level could be given."""
    failure_label: FailureLabel | None = None
    """What kind of failure it is."""
    grading_notes: str | None = None
    """Why the grade was given."""
    kept_format: bool | None = None
    """Whether the answer kept to its format; null where no ``assert_no_format_drift`` looked."""
