"""The hosted and local endpoints known by name: where each listens, which key it takes, what it calls things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from pytest_llmeval.errors import AuthenticationError, ConfigurationError
from pytest_llmeval.models.providers.port import ProviderSettings


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table; everything in it is from the vendor's documentation."""

    name: str
    base_url: str | None
    """Where it listens; None where only the user can know."""
    documentation: str
    """The page that says so."""
    key_variables: tuple[str, ...] = ()
    """Environment variables that may hold its key, the first one set counts. No other endpoint gets this key."""
    needs_key: bool = True
    """Whether it refuses calls without a key."""
    base_url_variable: str | None = None
    """Environment variable that moves the base URL, by the vendor's own convention."""
    max_tokens_name: str = "max_tokens"
    """The parameter that limits the length of an answer."""
    reads_sdk_environment: bool = False
    """Whether organization, project and custom headers the SDK finds in the environment are meant for this host."""
    when_unreachable: str = ""
    """What to do when nothing answers."""
    thinks_in_text: bool = True
    """Whether its models may write their thinking into the text (``<think>...</think>``)."""
    has_batches: bool = False
    """Whether it has the batch interface of its wire format."""


_TABLE = (
    Endpoint(
        "openai",
        "https://api.openai.com/v1",
        "https://platform.openai.com/docs/api-reference/chat/create",
        ("OPENAI_API_KEY",),
        base_url_variable="OPENAI_BASE_URL",
        # "max_tokens is now deprecated in favor of max_completion_tokens, and is not compatible with o-series models"
        max_tokens_name="max_completion_tokens",
        reads_sdk_environment=True,
        thinks_in_text=False,
        has_batches=True,
    ),
    Endpoint(
        "anthropic",
        "https://api.anthropic.com",
        "https://platform.claude.com/docs/en/api/overview",
        ("ANTHROPIC_API_KEY",),
        base_url_variable="ANTHROPIC_BASE_URL",
        reads_sdk_environment=True,
        thinks_in_text=False,
        has_batches=True,
    ),
    Endpoint(
        "gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "https://ai.google.dev/gemini-api/docs/openai",
        # Either name: https://ai.google.dev/gemini-api/docs/api-key
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    ),
    Endpoint(
        "github-models",
        "https://models.github.ai/inference",
        "https://docs.github.com/en/github-models/quickstart",
        ("GITHUB_TOKEN",),
    ),
    Endpoint(
        "huggingface",
        "https://router.huggingface.co/v1",
        "https://huggingface.co/docs/inference-providers/index",
        ("HF_TOKEN",),
    ),
    Endpoint(
        "ollama-local",
        "http://127.0.0.1:11434/v1",
        "https://docs.ollama.com/api/openai-compatibility",
        needs_key=False,
        base_url_variable="OLLAMA_HOST",
        when_unreachable="start it with: ollama serve",
    ),
    Endpoint(
        "ollama-cloud",
        "https://ollama.com/v1",
        "https://docs.ollama.com/api/openai-compatibility",
        ("OLLAMA_API_KEY",),
    ),
    Endpoint(
        "openrouter",
        "https://openrouter.ai/api/v1",
        "https://openrouter.ai/docs/community/openai-sdk",
        ("OPENROUTER_API_KEY",),
    ),
    Endpoint(
        "vllm",
        "http://localhost:8000/v1",
        "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        # The server's own variable: https://docs.vllm.ai/en/latest/configuration/env_vars.html
        ("VLLM_API_KEY",),
        needs_key=False,
        when_unreachable="start it with: vllm serve MODEL",
    ),
    Endpoint(
        "openai-compatible",
        None,
        "https://platform.openai.com/docs/api-reference/chat/create",
        # Not OPENAI_API_KEY: that key is OpenAI's, and this may be anybody's host.
        ("OPENAI_COMPATIBLE_API_KEY",),
        needs_key=False,
    ),
)

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType({row.name: row for row in _TABLE})
"""Every endpoint by its name."""


def base_url_of(endpoint: Endpoint, settings: ProviderSettings) -> str:
    """Return where to call: ``--llm-base-url``, else the vendor's environment variable, else the table.

    Whoever names a provider and another base URL wants its key to go there (a gateway, a proxy). Every other variable
    an SDK might read on its own is without effect: OPENAI_BASE_URL moves ``openai`` and nothing else.

    Raises:
        ConfigurationError: Where there is none, or it is no http address.
    """
    variable = endpoint.base_url_variable
    moved = settings.environ.get(variable, "").strip() if variable else ""
    if settings.base_url:
        url, origin = settings.base_url, "--llm-base-url"
    elif moved and variable == "OLLAMA_HOST":
        url, origin = _ollama_url(moved), variable
    elif moved:
        url, origin = moved, str(variable)
    elif endpoint.base_url:
        return endpoint.base_url
    else:
        raise ConfigurationError(
            f"{endpoint.name} needs --llm-base-url, such as --llm-base-url=http://127.0.0.1:8000/v1"
        )
    return _checked(url.strip(), origin)


def key_of(endpoint: Endpoint, settings: ProviderSettings) -> str | None:
    """Return the endpoint's own key, None where it needs none and has none.

    Raises:
        AuthenticationError: Where a key is needed and missing, or cannot be one.
    """
    for variable in endpoint.key_variables:
        key = settings.environ.get(variable, "").strip()
        if key and not (key.isascii() and key.isprintable()):
            raise AuthenticationError(
                f"{variable} in the environment is no key: it holds characters no header can carry"
            )
        if key:
            return key
    if not endpoint.needs_key:
        return None
    first, *others = endpoint.key_variables
    names = f"{first} (or {', '.join(others)})" if others else first
    raise AuthenticationError(f"no {names} in the environment; set it, or use --llm-model=offline:bm25")


def _checked(url: str, origin: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(
            f"{origin} must be an http or https address such as http://127.0.0.1:8000/v1, got {url}"
        )
    return url.rstrip("/")


def _ollama_url(host: str) -> str:
    """Read OLLAMA_HOST as Ollama does: scheme and port may be missing, 0.0.0.0 is where a server listens.

    See https://github.com/ollama/ollama/blob/main/envconfig/config.go.
    """
    scheme, separator, rest = host.strip("\"' ").rpartition("://")
    default_port = {"http": ":80", "https": ":443"}[scheme] if scheme in ("http", "https") else ":11434"
    address = rest.rstrip("/")
    if address.count(":") > 1 and not address.startswith("["):
        address = f"[{address}]"  # a bare IPv6 address
    name, _, port = address.rpartition(":") if ":" in address.rpartition("]")[2] else (address, "", "")
    name = "127.0.0.1" if name in ("", "0.0.0.0") else name  # noqa: S104 - read here, not bound to
    return f"{scheme if separator else 'http'}://{name}{':' + port if port else default_port}/v1"
