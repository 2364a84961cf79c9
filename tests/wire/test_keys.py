"""Where keys go: to the provider that was named, and nowhere else."""

from __future__ import annotations

import pytest

from pytest_llmeval.errors import AuthenticationError
from pytest_llmeval.models.providers.endpoints import ENDPOINTS
from tests.loopback.server import LoopbackServer
from tests.wire.conftest import Wire

ALL_KEYS = {
    variable: f"secret-of-{endpoint.name}-{variable}"
    for endpoint in ENDPOINTS.values()
    for variable in endpoint.key_variables
}


@pytest.mark.parametrize("name", sorted(ENDPOINTS))
def test_an_endpoint_gets_its_own_key_and_no_other(name: str) -> None:
    with LoopbackServer() as server:
        Wire(name, "", ALL_KEYS).ask(server.base_url)

    headers = str(server.requests[0].headers)
    own = [ALL_KEYS[variable] for variable in ENDPOINTS[name].key_variables[:1]]
    assert [key for key in ALL_KEYS.values() if key in headers] == own


@pytest.mark.parametrize("name", sorted(name for name, row in ENDPOINTS.items() if not row.needs_key))
def test_an_endpoint_without_a_key_gets_no_authorization_at_all(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai-key-of-the-user")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "admin-key-of-the-user")
    with LoopbackServer() as server:
        Wire(name, "", {"OPENAI_API_KEY": "openai-key-of-the-user"}).ask(server.base_url)

    assert "authorization" not in server.requests[0].headers
    assert "key-of-the-user" not in str(server.requests[0].headers)


AMBIENT = {
    "OPENAI_ORG_ID": "org-of-the-user",
    "OPENAI_PROJECT_ID": "project-of-the-user",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: secret-of-the-user",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
}


@pytest.mark.parametrize("name", ["gemini", "vllm", "openai-compatible"])
def test_what_the_sdk_reads_for_openai_does_not_reach_another_host(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in AMBIENT.items():
        monkeypatch.setenv(variable, value)
    with LoopbackServer() as server:
        Wire(name, "", ALL_KEYS | AMBIENT).ask(server.base_url)

    assert "of-the-user" not in str(server.requests[0].headers)


def test_the_organization_of_the_environment_reaches_openai(openai: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-user")
    with LoopbackServer() as server:
        openai.ask(server.base_url)

    assert server.requests[0].headers["openai-organization"] == "org-of-the-user"


def test_a_missing_key_is_told_before_any_socket_is_opened(wire: Wire) -> None:
    with LoopbackServer() as server:
        error = Wire(wire.provider, wire.key_variable, {}).failure(server.base_url)

    assert type(error) is AuthenticationError
    assert str(error) == f"no {wire.key_variable} in the environment; set it, or use --llm-model=offline:bm25"
    assert server.connections == 0


@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "OLLAMA_HOST"])
def test_the_vendors_own_variable_moves_its_endpoint(variable: str) -> None:
    name = next(row.name for row in ENDPOINTS.values() if row.base_url_variable == variable)
    with LoopbackServer() as server:
        address = server.origin if variable == "OLLAMA_HOST" else server.base_url
        Wire(name, "", ALL_KEYS | {variable: address}).ask("")

    assert len(server.requests) == 1
