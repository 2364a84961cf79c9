from __future__ import annotations

import doctest

import pytest

from pytest_llmeval.analysis import served as of_served
from pytest_llmeval.analysis.served import ServedMix, ServedModels, is_version_of
from pytest_llmeval.models.answer import Call, Reply
from pytest_llmeval.reports.served_lines import served_sentences
from tests.runs.samples import record


def call(served: str | None, mark: str | None = None, *, model: str = "m", role: str = "model") -> Call:
    reply = Reply("", served_model=served, system_fingerprint=mark)
    return Call("openai", model, (), reply, "h", role=role)  # type: ignore[arg-type]


def mixes(*calls: Call) -> list[ServedMix]:
    found = ServedModels()
    for number, one in enumerate(calls):
        found.add(record(number, calls=(one,)))
    return found.mixes()


def test_another_model_within_a_run_is_told_with_its_calls() -> None:
    calls = [*[call("m-2024-07-18")] * 3, call("m-2025-01-31"), call(None)]
    assert mixes(*calls) == [ServedMix("openai:m", False, "served model", (("m-2024-07-18", 3), ("m-2025-01-31", 1)))]


def test_examples_in_docstrings_are_true() -> None:
    assert doctest.testmod(of_served).failed == 0


def test_an_alias_beside_one_dated_version_is_no_change() -> None:
    assert mixes(call("m"), call("m-2024-07-18")) == []
    (mix,) = mixes(call("m"), call("m-2024-07-18"), call("m-2025-01-31"))
    assert [name for name, _ in mix.calls] == ["m", "m-2024-07-18", "m-2025-01-31"]


def test_what_was_asked_for_under_two_names_is_no_mix() -> None:
    assert mixes(call("a-1", model="a"), call("b-1", model="b")) == []


def test_a_fingerprint_is_told_where_the_model_is_the_same() -> None:
    assert [mix.what for mix in mixes(call("m-1", "fp1"), call("m-1", "fp2"))] == ["system fingerprint"]
    assert [mix.what for mix in mixes(call("m-1", "fp1"), call("m-2", "fp2"))] == ["served model"]


def test_judges_are_apart_from_the_model_under_test() -> None:
    (mix,) = mixes(call("m-1"), call("m-2", role="judge"), call("m-3", role="judge"))
    assert (mix.is_judge, len(mix.calls)) == (True, 2)


def test_models_under_test_may_share_a_judge() -> None:
    parts = [ServedModels(), ServedModels()]
    for number, part in enumerate(parts, start=1):
        part.add(record(1, calls=(call(f"j-{number}", role="judge"),)))
    assert [part.mixes() for part in parts] == [[], []]
    (mix,) = ServedModels.of_all(parts).mixes()
    assert mix.calls == (("j-1", 1), ("j-2", 1))


@pytest.mark.parametrize(
    ("served", "alias", "is_one"),
    [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5", True),
        ("gemini-2.0-flash-001", "gemini-2.0-flash", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o", False),
        ("m", "m", False),
        ("gpt-4", "gpt-4o", False),
        ("gpt-4-0613", "gpt-4", True),
        ("gpt-4o-2024-08-06", "gpt-4o", True),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-latest", True),
        ("claude-3-5-sonnet@20240620", "claude-3-5-sonnet", True),
        ("mistral-large-2411", "mistral-large-latest", True),
        ("mistral-large-2411", "mistral-large", True),
        ("command-r-08-2024", "command-r", True),
        ("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro-preview", True),
        ("gemini-1.5-pro-002", "gemini-1.5-pro", True),
        ("gemini-1.5-pro-002", "gemini-1.5-pro-001", False),
        ("claude-opus-4-1", "claude-opus-4", False),
        ("claude-opus-4-1-20250805", "claude-opus-4", False),
        ("claude-opus-4-1-20250805", "claude-opus-4-20250514", False),
        ("gpt-4.1", "gpt-4", False),
        ("gpt-4.1-2025-04-14", "gpt-4", False),
        ("o3-mini-2025-01-31", "o3", False),
        ("llama-3-70", "llama-3", False),
        ("gpt-4-128", "gpt-4", False),
    ],
)
def test_a_dated_version_is_the_alias_with_a_date_or_revision_behind(served: str, alias: str, is_one: bool) -> None:
    assert is_version_of(served, alias) is is_one


def test_sentences_name_who_answered_the_most_calls_first() -> None:
    calls = [call(f"m-{number}") for number in range(1, 6)] + [call("m-5")]
    assert list(served_sentences(mixes(*calls))) == [
        "openai:m was answered by several models: m-5 (2 calls), m-1 (1 call), m-2 (1 call) and 2 more"
    ]
    (told,) = served_sentences(mixes(call("m-1", "f\x1b[2J1", role="judge"), call("m-1", "f2", role="judge")))
    assert told == "judge openai:m was answered under several fingerprints: f1 (1 call), f2 (1 call)"
