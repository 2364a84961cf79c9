"""Model families, and the warning where one grades itself."""

from __future__ import annotations

import pytest

from pytest_llmeval.grading.judge.families import family_of, same_family, self_preference_warning


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai:gpt-4o-mini", "openai"),
        ("openai:o3-mini", "openai"),
        ("openai:o1", "openai"),
        ("openai:chatgpt-4o-latest", "openai"),
        ("openai:ft:gpt-4o:acme::id", "openai"),
        ("openrouter:openai/gpt-oss-120b", "openai"),
        ("openai:a-name-of-our-own", "openai"),
        ("anthropic:claude-sonnet-4-6", "anthropic"),
        ("openrouter:anthropic/claude-3.5-haiku", "anthropic"),
        ("anthropic:next", "anthropic"),
        ("gemini:gemini-2.5-flash", "google"),
        ("ollama-local:gemma3:12b", "google"),
        ("ollama-local:llama3.2:3b", "meta"),
        ("huggingface:meta-llama/Llama-3.1-8B-Instruct", "meta"),
        ("vllm:codellama/CodeLlama-13b", "meta"),
        ("openrouter:mistralai/mixtral-8x7b", "mistral"),
        ("openrouter:mistralai/devstral-small", "mistral"),
        ("vllm:Qwen/Qwen2.5-Coder-32B", "qwen"),
        ("vllm:QwQ-32B", "qwen"),
        ("openai-compatible:deepseek-chat", "deepseek"),
        ("ollama-local:deepseek-r1-distill-llama:70b", "deepseek"),
        ("openrouter:x-ai/grok-4", "xai"),
        ("openrouter:cohere/command-r-plus", "cohere"),
        ("ollama-local:phi4", "microsoft"),
        ("openrouter:microsoft/phi-4", "microsoft"),
        ("openrouter:amazon/nova-pro-v1", "amazon"),
        ("openrouter:moonshotai/kimi-k2", "moonshot"),
        ("openrouter:z-ai/glm-4.6", "zhipu"),
        ("openrouter:ibm-granite/granite-4.0", "ibm"),
        ("openrouter:nvidia/nemotron-nano-9b", "nvidia"),
        ("gpt-4o", "openai"),
        ("llama3:8b", "meta"),
    ],
)
def test_family_is_told_by_the_model_whoever_serves_it(model: str, family: str) -> None:
    assert family_of(model) == family


@pytest.mark.parametrize(
    "model",
    ["offline:bm25", "ollama-local:my-own", "openai-compatible:solo1", "vllm:o1sen/base", "vllm:supernova-liter", ""],
)
def test_family_of_a_name_that_tells_nothing_is_unknown(model: str) -> None:
    assert family_of(model) is None


@pytest.mark.parametrize(
    ("candidate", "judge", "same"),
    [
        ("openai:gpt-4o-mini", "openrouter:openai/o3", True),
        ("openai:gpt-4o-mini", "anthropic:claude-sonnet-4-6", False),
        ("vllm:house-model", "vllm:house-model", True),
        ("vllm:house-model", "vllm:other-model", False),
        ("vllm:house-model", "openai:gpt-4o", False),
    ],
)
def test_two_models_are_of_one_family_where_both_are_known_or_the_same(candidate: str, judge: str, same: bool) -> None:
    assert same_family(candidate, judge) is same
    assert same_family(judge, candidate) is same


def test_warning_names_every_pair_once_and_the_way_out() -> None:
    models = ["openai:gpt-4o-mini", "anthropic:claude-sonnet-4-6", "openai:gpt-4o-mini"]
    assert self_preference_warning(models, iter(["openai:o3", "gemini:gemini-2.5-pro"])) == (
        "a judge may favour its own model family: openai:o3 grades openai:gpt-4o-mini; "
        "add a judge of another with --llm-judge-model"
    )


def test_no_warning_where_no_judge_grades_its_own() -> None:
    assert self_preference_warning(["openai:gpt-4o"], ["anthropic:claude-sonnet-4-6"]) is None
    assert self_preference_warning([], ["openai:gpt-4o"]) is None
