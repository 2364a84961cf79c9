from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.redaction import REDACTED, is_secret_name, redact, redact_command, secrets_in, telling_secrets
from tests.patience import PATIENCE_S


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key sk-proj-abcdef123 refused", "key [redacted] refused"),
        ("sk-****wxyz is wrong", "[redacted] is wrong"),
        ("hf_abc123def and ghp_abc123", "[redacted] and [redacted]"),
        ("AIzaSyA-1234567 AKIAIOSFODNN7EXAMPLE", "[redacted] [redacted]"),
        ("Authorization: Bearer abc123.def456", "Authorization: [redacted]"),
        ("https://me:pass@host/v1", "https://[redacted]@host/v1"),
        ("OPENAI_API_KEY=abcdef", "OPENAI_API_KEY=[redacted]"),
        ('{"api_key": "abcdef", "n": 1}', '{"api_key": "[redacted]", "n": 1}'),
        ("password: hunter2!", "password: [redacted]"),
        ("--my-key=abcdef", "--my-key=[redacted]"),
        ("X-Api-Key: abcdef", "X-Api-Key: [redacted]"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, told: str) -> None:
    assert redact(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=500 --llm-model=openai:gpt-4o-mini",
        "missing key: category",
        "KeyError: 'question'",
        "monkey=banana key_points=many",
        "sk-learn, hf_hub_download, bearer authentication",
        "no OPENAI_API_KEY in the environment",
        "-k token -m 'not slow'",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=30), st.text("abcdef0123456789", min_size=12, max_size=40), st.text(max_size=30))
def test_a_known_secret_never_stays(before: str, secret: str, after: str) -> None:
    secret = f"{secret}7"
    assert secret not in redact(before + secret + after, [secret])


def test_of_two_secrets_the_longer_goes_first() -> None:
    assert redact("abcdefgh1-more", ["abcdefgh1", "abcdefgh1-more"]) == REDACTED


def test_placeholders_are_not_torn_out_of_texts() -> None:
    assert telling_secrets(["", "EMPTY", "ollama", "not-needed", "x1", "real-key-1"]) == ("real-key-1",)
    assert telling_secrets(["correct-horse-battery"]) == ("correct-horse-battery",)


def test_a_secret_in_an_argument_of_its_own_is_taken_out() -> None:
    command = [
        "pytest",
        "--api-key",
        "hunter",
        "evals",
        "--max-tokens",
        "5",
        "-k",
        "token",
        "--token=abcd",
        "deadbeef99",
    ]
    assert redact_command(command, ["deadbeef99"]) == (
        "pytest", "--api-key", REDACTED, "evals", "--max-tokens", "5", "-k", "token", f"--token={REDACTED}", REDACTED,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "aws_secret_access_key", "DB_PASSWORD", "OPENAI_KEY_2"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["max_tokens", "TOKENIZERS_PARALLELISM", "API_KEY_FILE", "keyword", "MONKEY"])
def test_names_of_other_things_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_secrets_are_found_in_the_environment() -> None:
    environ = {"OPENAI_API_KEY": "sk-12345678", "HOME": "/home/me-123456", "OLLAMA_API_KEY": "ollama"}
    assert secrets_in(environ) == ("sk-12345678",)


@pytest.mark.parametrize("text", ["a_" * 50_000, "a" * 100_000, "key" * 30_000, "sk-" * 30_000, "//" + "u" * 100_000])
def test_long_texts_take_no_longer_than_they_must(text: str) -> None:
    begun = time.process_time()
    redact(text)
    assert time.process_time() - begun < PATIENCE_S
