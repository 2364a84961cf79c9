"""A record: one line of a run log, what happened in one trial."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pytest_llmeval.benchmark.checking.contamination_file import Contamination
from pytest_llmeval.benchmark.entry import UNCATEGORIZED
from pytest_llmeval.grading.confidence.stated import stated_confidence
from pytest_llmeval.grading.grade import ErrorMode, FailureLabel, Level, Score
from pytest_llmeval.models.answer import Call, FinishReason, ToolCall, Usage
from pytest_llmeval.runs.lenient import Measured, or_else
from pytest_llmeval.runs.record_parts import JudgeInfo, PerturbationInfo, TurnRecord

SCHEMA_VERSION = 1
"""Raised when a field changes its meaning; new fields alone do not raise it."""

Outcome = Literal[
    "passed", "failed", "error", "skipped", "truncated", "filtered", "unextractable", "over_budget", "unscored"
]
"""How the trial ended.

``passed`` and ``failed`` as pytest says; ``truncated``, ``filtered``, ``unextractable`` and ``over_budget`` (the trial
was stopped at its own budget) are failures without a grade; ``error`` (the provider, a task or a fixture broke) and
``unscored`` (a grader reached no verdict) say nothing about the model and are left out of accuracy.
"""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

DESIGNED_FIELDS = (
    "run_id",
    "question_id",
    "question",
    "category",
    "answer",
    "model",
    "provider",
    "evidence_files",
    "tools_called",
    "retrieval_method",
    "grade",
    "failure_label",
    "grading_notes",
    "repo_sha",
    "timestamp",
    "harness_version",
)
"""What every line of every run log has, whoever wrote it; all else may be missing."""


class Record(BaseModel):
    """One trial. The first sixteen fields are on every line under exactly these names.

    Unknown keys are kept, so reading and writing a line loses nothing; only inside ``usage``, ``scores`` and ``calls``
    they are read over.
    """

    # Foreign logs number their questions; a number is as good an id as a text.
    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        protected_namespaces=(),
        coerce_numbers_to_str=True,
    )

    run_id: str
    """The run the trial belongs to; also the name of the log."""
    question_id: str
    """Id of the benchmark's entry."""
    question: str
    """What was asked."""
    category: str = UNCATEGORIZED
    """Always a string; ``uncategorized`` where the entry has none."""
    answer: str | None = None
    """What the system under test said; null where it gave no answer."""
    model: str | None = None
    """The model under test, without its provider."""
    provider: str | None = None
    """Who answers for the model."""
    evidence_files: tuple[str, ...] = ()
    """Files the answer rests on."""
    tools_called: tuple[str, ...] = ()
    """Names of the tools called, in order, repeats kept."""
    retrieval_method: str | None = None
    """How evidence was found, such as ``bm25``."""
    grade: Level | None = None
    """Null until graded."""
    failure_label: FailureLabel | None = None
    """What kind of failure it is; null until graded and for right answers."""
    grading_notes: str | None = None
    """Why the grade was given."""
    repo_sha: str | None = None
    """Commit of the repository the run was made in."""
    timestamp: str
    """When the trial finished, ISO 8601 in UTC."""
    harness_version: str | None = None
    """Version of what wrote the record."""

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, strict=True)  # a text is another program's own version
    """Raised when a field changes its meaning."""
    nodeid: str | None = None
    """The test item, as pytest names it."""
    test_case: str | None = None
    """What else the test function is parametrized by, as pytest writes it: of ``test_a[q-1-short]`` it is ``short``."""
    outcome: Outcome | None = None
    """How the trial ended; ``error``, ``unscored`` and ``skipped`` say nothing about the model."""
    sample: int = Field(default=1, ge=1)
    """Which of several times the same question was asked."""
    scores: tuple[Score, ...] = ()
    """What graders and assertion helpers measured, each from 0 to 1."""
    grader: str | None = None
    """Id of the grader whose grade counts."""
    usage: Usage = Usage()
    """Tokens of all calls of the trial."""
    cost_usd: Measured | None = None
    """Of all calls of the trial; null where any price is unknown."""
    latency_s: Measured | None = None
    """Seconds from asking to the whole answer."""
    ttft_s: Measured | None = None
    """Seconds to the first token, where it was streamed."""
    finish_reason: FinishReason | None = None
    """Why the model stopped."""
    request_hash: str | None = None
    """Identifies all that was sent."""
    entry_hash: str | None = None
    """Identifies what was asked and graded against."""
    prompt_hash: str | None = None
    """Identifies the system prompt."""
    params: dict[str, Any] = Field(default_factory=dict)
    """Sampling parameters."""
    calls: tuple[Call, ...] = ()
    """Every call made on the way, in order."""
    tool_calls: tuple[ToolCall, ...] = ()
    """Tools called, with arguments and results, where no call holds them: those of a task's own agent."""
    turns: tuple[TurnRecord, ...] = ()
    """Of a conversation with several turns of the user: each of them."""
    tags: tuple[str, ...] = ()
    """Further slices of the benchmark the entry belongs to."""
    difficulty: str | None = None
    """As the benchmark states it."""
    weight: Annotated[float, Field(ge=0, allow_inf_nan=False), or_else(1.0)] = 1.0
    """How much the entry counts in weighted scores."""
    xfail: str | None = None
    """Why the test was expected to fail, where it was and did; null for any other. Such a trial fails no run."""
    error: str | None = None
    """One line saying what broke, where something other than the model did."""
    crashed: bool = False
    """Whether it was the task that broke, and so the system under test itself, before it answered."""
    unmeasured: bool = False
    """Whether it was the measurement that broke, a provider or a grader, which a gate's ``max_unscored`` may allow."""
    attempts: int | None = None
    """Tries over all calls, the successful ones included."""
    cached: bool | None = None
    """Whether every reply came from the cache."""
    error_mode: Annotated[ErrorMode | None, or_else(None)] = None
    """In what way a failed answer is wrong, where a rule, a judge or a person told."""
    confidence: dict[str, float] = Field(default_factory=dict)
    """How sure of itself the answer is, from 0 to 1, by signal such as ``stated`` or ``logprob``."""
    judge: JudgeInfo | None = None
    """Which judge graded, where one did."""
    parent_id: str | None = None
    """Id of the entry this one is a variant of; null for the benchmark's own entries."""
    perturbation: PerturbationInfo | None = None
    """How the variant was made; null for the benchmark's own entries."""
    guard: str | None = None
    """Why the entry must pass, whatever the rest does: ``must_pass``, ``fingerprint`` or ``canary``."""
    quarantined_until: str | None = None
    """The last day of the entry's quarantine, where it was in force: in no figure of gate or comparison."""
    contamination: Annotated[Contamination | None, or_else(None)] = None
    """Whether the question stood in a corpus when that was last looked for; null where nobody checked it as it is."""

    @property
    def is_variant(self) -> bool:
        """Tell whether the trial is of a variant of an entry, which is in no main figure."""
        return self.parent_id is not None and self.perturbation is not None

    @property
    def is_from_cache(self) -> bool:
        """Tell whether any reply of the model under test came from the cache: time and cost are not those of asking."""
        cached = [call for call in self.calls if call.cached and call.role == "model"]
        return bool(self.cached or cached)

    @field_validator("category", mode="before")
    @classmethod
    def _category_is_text(cls, value: Any) -> Any:
        return UNCATEGORIZED if value is None or value == "" else value

    @field_validator("evidence_files", "tools_called", mode="before")
    @classmethod
    def _none_is_empty(cls, value: Any) -> Any:
        return () if value is None else value

    @field_validator("confidence", mode="before")
    @classmethod
    def _only_shares_are_confidence(cls, value: Any) -> Any:
        """Read what foreign logs write as well: one number, percents, words; what cannot be read is unknown."""
        if isinstance(value, dict):
            return {name: one for name, one in value.items() if _is_share(one)}
        stated = None if value is None else stated_confidence(f"confidence: {value}")
        return {} if stated is None else {"stated": stated}


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
