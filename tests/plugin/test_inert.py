"""A suite without evals does not notice the plugin."""

from pathlib import Path

import pytest

from tests.plugin.conftest import Project

ORDINARY = """
def test_nothing():
    import sys
    heavy = {"pydantic", "openai", "anthropic", "jsonschema", "asyncio.base_events", "pytest_llmeval.plugin.session"}
    assert not heavy & set(sys.modules)
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(ORDINARY)
    return pytester


def visible(result: pytest.RunResult) -> list[str]:
    return [line.partition(" in ")[0] for line in result.outlines if not line.startswith("plugins:")]


@pytest.mark.parametrize("flags", [(), ("-q",), ("-v",), ("-n2",)], ids=["plain", "-q", "-v", "-n 2"])
def test_output_is_the_same_with_and_without(suite: pytest.Pytester, flags: tuple[str, ...]) -> None:
    common = ("-W", "error", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:anyio", *flags)
    with_it = suite.runpytest_subprocess(*common)
    without = suite.runpytest_subprocess(*common, "-p", "no:llm_eval")
    assert with_it.ret == without.ret == 0
    assert visible(with_it) == visible(without)


def test_no_file_is_left(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_nothing(): ...")
    suite.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest").assert_outcomes(passed=1)
    assert {path.name for path in suite.path.iterdir() if path.suffix != ".py"} <= {"__pycache__"}


def test_blocked_plugin_leaves_the_rest_of_a_suite_alone(project: Project) -> None:
    project.benchmark([{"id": "a", "question": "?"}])
    project.evals('@pytest.mark.llm_eval("questions.jsonl")\ndef test_eval(entry): ...\n\ndef test_other(): ...\n')
    project.pytester.makeini("[pytest]\nmarkers =\n    llm_eval: blocked\n")
    result = project.pytester.runpytest_inprocess("-p", "no:llm_eval", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'entry' not found*"])


def test_wrong_flag_is_one_line_and_exit_status_4(suite: pytest.Pytester) -> None:
    cases = {
        "--llm-concurrency=0": "--llm-concurrency must be a whole number of at least 1, got 0",
        "--llm-concurrency=many": "--llm-concurrency must be a whole number of at least 1, got many",
        "--llm-timeout=-1": "--llm-timeout must be a number of seconds above 0, got -1",
        "--llm-timeout=soon": "--llm-timeout must be a number of seconds above 0, got soon",
        "--llm-param=hot": "--llm-param takes NAME=VALUE, such as --llm-param temperature=0.7, got hot",
        "--llm-model=gpt-4o": "model 'gpt-4o' names no provider; write provider:model, such as openai:gpt-4o, "
        "or add --llm-provider",
        "--llm-judge-model=gpt-4o": "model 'gpt-4o' names no provider; write provider:model, such as openai:gpt-4o",
        "--llm-model=opnai:gpt-4o": "unknown provider 'opnai'; did you mean 'openai'? *",
    }
    for flag, message in cases.items():
        result = suite.runpytest_inprocess(flag, "-p", "no:hypothesispytest")
        assert result.ret == pytest.ExitCode.USAGE_ERROR, flag
        result.stderr.fnmatch_lines([f"ERROR: {message}"])
        assert len(result.errlines) <= 2, flag


def test_wrong_ini_value_is_named_as_such(suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\nllm_concurrency = 0\n")
    result = suite.runpytest_inprocess("-p", "no:hypothesispytest")
    result.stderr.fnmatch_lines(["ERROR: llm_concurrency must be a whole number of at least 1, got 0"])


def test_help_names_every_flag_with_its_meaning(pytester: pytest.Pytester) -> None:
    shown = pytester.runpytest_inprocess("--help").stdout.str()
    from pytest_llmeval.plugin.options import OPTIONS

    for option in OPTIONS:
        assert option.flag in shown
    assert "LLM evals (pytest-llmeval):" in shown


def test_no_key_is_in_the_help(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdef123456789")
    shown = pytester.runpytest_inprocess("--help").stdout.str()
    assert "--llm-model" in shown
    assert "sk-abcdef" not in shown
