from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_llmeval.errors import AuthenticationError, ConfigurationError
from pytest_llmeval.models.answer import Reply
from pytest_llmeval.models.providers import registry as registry_module
from pytest_llmeval.models.providers.endpoints import ENDPOINTS
from pytest_llmeval.models.providers.openai_chat import OpenAIChat
from pytest_llmeval.models.providers.port import ProviderSettings
from pytest_llmeval.models.providers.registry import ProviderRegistry, builtin_providers
from pytest_llmeval.models.request import Request

SETTINGS = ProviderSettings(Path())


class Parrot:
    adapter_version = "parrot-1"

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings

    async def complete(self, request: Request) -> Reply:
        return Reply(str(request.messages[-1]["content"]))

    async def aclose(self) -> None:
        pass


def test_a_class_registers_as_its_own_factory() -> None:
    registry = ProviderRegistry()
    registry.register("parrot", Parrot)

    made = registry.make("parrot", SETTINGS)

    assert isinstance(made, Parrot)
    assert made.settings is SETTINGS


def test_a_name_taken_twice_is_an_error_that_names_it() -> None:
    registry = builtin_providers()
    with pytest.raises(ConfigurationError) as caught:
        registry.register("openai", Parrot)
    assert str(caught.value) == "provider 'openai' is registered twice; give one of them another name"


@pytest.mark.parametrize("name", ["", "a:b", " a", "a "])
def test_a_name_that_cannot_stand_before_a_colon_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="must have neither colon nor blank ends"):
        ProviderRegistry().register(name, Parrot)


def test_a_misspelt_name_gets_the_nearest_one_and_the_list() -> None:
    with pytest.raises(ConfigurationError) as caught:
        builtin_providers().make("antropic", SETTINGS)
    assert str(caught.value).startswith(
        "unknown provider 'antropic'; did you mean 'anthropic'? known: anthropic, gemini"
    )


def test_a_name_like_no_other_gets_the_list_only() -> None:
    registry = ProviderRegistry()
    registry.register("parrot", Parrot)
    with pytest.raises(ConfigurationError) as caught:
        registry.make("xyz", SETTINGS)
    assert str(caught.value) == "unknown provider 'xyz'; known: parrot"


def test_every_endpoint_and_the_offline_provider_are_built_in() -> None:
    assert set(builtin_providers().names) == {*ENDPOINTS, "offline"}


def test_each_session_fills_a_registry_of_its_own() -> None:
    builtin_providers().register("parrot", Parrot)
    assert "parrot" not in builtin_providers().names


def test_endpoints_are_made_by_the_adapter_of_their_wire_format() -> None:
    compatible = ProviderSettings(Path(), base_url="http://127.0.0.1:9/v1")
    assert isinstance(builtin_providers().make("vllm", compatible), OpenAIChat)
    with pytest.raises(AuthenticationError, match="no ANTHROPIC_API_KEY"):
        builtin_providers().make("anthropic", compatible)


def test_the_offline_provider_is_made_by_its_own_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "OFFLINE", f"{__name__}:Parrot")
    assert isinstance(builtin_providers().make("offline", SETTINGS), Parrot)


def test_a_missing_package_is_told_with_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "OPENAI_CHAT", "no_such_sdk:Adapter")
    with pytest.raises(ConfigurationError) as caught:
        builtin_providers().make("openai", SETTINGS)
    assert str(caught.value) == "package 'no_such_sdk' is missing; install it: pip install no_such_sdk"


def test_naming_the_built_in_providers_imports_no_sdk() -> None:
    code = (
        "import sys; from pytest_llmeval.models.providers.registry import builtin_providers; builtin_providers();"
        "sys.exit(str(sorted({'openai', 'anthropic', 'httpx', 'httpx2', 'pydantic'} & set(sys.modules)) or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "\n")  # exit("") writes an empty line


def test_a_host_moved_by_the_environment_is_part_of_the_adapters_version() -> None:
    def version(base_url: str | None, **environ: str) -> str:
        return (
            builtin_providers().make("vllm" if not environ else "ollama-local", told(base_url, environ)).adapter_version
        )

    def told(base_url: str | None, environ: dict[str, str]) -> ProviderSettings:
        return ProviderSettings(Path(), base_url, environ=environ)

    assert version(None) == version("http://127.0.0.1:9/v1") == "openai-chat-3"
    assert version(None, OLLAMA_HOST="gpu-box") == "openai-chat-3@http://gpu-box:11434/v1"
    assert version("http://127.0.0.1:9/v1", OLLAMA_HOST="gpu-box") == "openai-chat-3"
