from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_llmeval.errors import AuthenticationError, ConfigurationError
from pytest_llmeval.models.providers.endpoints import ENDPOINTS, base_url_of, key_of
from pytest_llmeval.models.providers.port import ProviderSettings


def settings(base_url: str | None = None, **environ: str) -> ProviderSettings:
    return ProviderSettings(Path(), base_url, environ=environ)


def test_no_two_vendors_share_a_key_variable() -> None:
    variables = [variable for row in ENDPOINTS.values() for variable in row.key_variables]
    assert len(variables) == len(set(variables))


@pytest.mark.parametrize("name", sorted(ENDPOINTS))
def test_every_endpoint_has_an_address_a_page_and_a_key_where_it_needs_one(name: str) -> None:
    row = ENDPOINTS[name]
    assert row.documentation.startswith("https://")
    assert row.key_variables or not row.needs_key
    if row.base_url is None:
        assert name == "openai-compatible"
    else:
        assert base_url_of(row, settings()) == row.base_url
        assert urlsplit(row.base_url).scheme == ("http" if row.when_unreachable else "https")


def test_the_flag_goes_before_the_vendors_variable() -> None:
    told = settings("http://flag/v1/", OPENAI_BASE_URL="http://variable/v1")
    assert base_url_of(ENDPOINTS["openai"], told) == "http://flag/v1"


def test_the_vendors_variable_moves_its_own_endpoint_only() -> None:
    told = settings(OPENAI_BASE_URL="http://variable/v1")
    assert base_url_of(ENDPOINTS["openai"], told) == "http://variable/v1"
    assert base_url_of(ENDPOINTS["gemini"], told) == ENDPOINTS["gemini"].base_url


def test_a_compatible_endpoint_without_an_address_says_which_flag_it_needs() -> None:
    with pytest.raises(ConfigurationError) as caught:
        base_url_of(ENDPOINTS["openai-compatible"], settings(OPENAI_BASE_URL="http://variable/v1"))
    assert str(caught.value) == (
        "openai-compatible needs --llm-base-url, such as --llm-base-url=http://127.0.0.1:8000/v1"
    )


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "http://", "http://host:port/v1", "http://[::1"])
def test_an_address_that_cannot_be_called_is_told_with_its_origin(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--llm-base-url must be an http or https address"):
        base_url_of(ENDPOINTS["openai"], settings(url))
    with pytest.raises(ConfigurationError, match=r"^OPENAI_BASE_URL must be an http or https address"):
        base_url_of(ENDPOINTS["openai"], settings(OPENAI_BASE_URL=url))


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("gpu-box", "http://gpu-box:11434/v1"),
        ("gpu-box:8080", "http://gpu-box:8080/v1"),
        (' "gpu-box:8080/" ', "http://gpu-box:8080/v1"),
        ("http://gpu-box", "http://gpu-box:80/v1"),
        ("https://gpu-box", "https://gpu-box:443/v1"),
        ("https://gpu-box:8443/", "https://gpu-box:8443/v1"),
        ("::1", "http://[::1]:11434/v1"),
        ("[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(value: str, url: str) -> None:
    assert base_url_of(ENDPOINTS["ollama-local"], settings(OLLAMA_HOST=value)) == url


@example("http://")
@example("[::1")
@example("ftp://host")
@given(st.text(max_size=30))
def test_any_ollama_host_is_an_address_or_told(value: str) -> None:
    told = ""
    try:
        url = base_url_of(ENDPOINTS["ollama-local"], settings(OLLAMA_HOST=value))
    except ConfigurationError as error:
        url, told = "", str(error)
    assert told.startswith("OLLAMA_HOST must be") if told else urlsplit(url).hostname


def test_the_first_key_variable_that_is_set_counts() -> None:
    gemini = ENDPOINTS["gemini"]
    assert key_of(gemini, settings(GEMINI_API_KEY=" g-1\n", GOOGLE_API_KEY="g-2")) == "g-1"
    assert key_of(gemini, settings(GEMINI_API_KEY="", GOOGLE_API_KEY="g-2")) == "g-2"


def test_a_missing_key_names_every_variable_it_could_be_in() -> None:
    with pytest.raises(AuthenticationError) as caught:
        key_of(ENDPOINTS["gemini"], settings(OPENAI_API_KEY="not-for-gemini"))
    assert str(caught.value) == (
        "no GEMINI_API_KEY (or GOOGLE_API_KEY) in the environment; set it, or use --llm-model=offline:bm25"
    )


def test_a_compatible_host_is_never_given_the_key_of_openai() -> None:
    compatible = ENDPOINTS["openai-compatible"]
    assert key_of(compatible, settings(OPENAI_API_KEY="openai-key")) is None
    assert key_of(compatible, settings(OPENAI_COMPATIBLE_API_KEY="own-key")) == "own-key"


@pytest.mark.parametrize("key", ["sk-ключ-secret", "sk-a\tb-secret"])
def test_a_key_no_header_can_carry_is_told_without_showing_it(key: str) -> None:
    with pytest.raises(AuthenticationError, match=r"^OPENAI_API_KEY in the environment is no key") as caught:
        key_of(ENDPOINTS["openai"], settings(OPENAI_API_KEY=key))
    assert "secret" not in str(caught.value)
