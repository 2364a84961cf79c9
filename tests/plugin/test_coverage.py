"""A run whose benchmark has too few entries of a slice is refused before anything is asked."""

from __future__ import annotations

import pytest

from pytest_llmeval.benchmark.checking.coverage import Requirement
from pytest_llmeval.benchmark.loading import benchmark_from_entries
from pytest_llmeval.plugin.coverage import refusal
from tests.plugin.conftest import Project

REFUSED = (
    "ERROR: --llm-require-coverage: questions.jsonl does not cover category=2: asia 1; "
    "questions.jsonl does not cover category*difficulty=1: asia*easy 0"
)
ASKED_FOR = ("--llm-require-coverage=category=2", "--llm-require-coverage=category*difficulty=1")


@pytest.mark.parametrize("how", [(), ("-n0",), ("-n2",), ("-q",), ("-m", "europe")], ids=" ".join)
def test_thin_slices_are_told_in_one_line_and_nothing_is_asked(capitals: Project, how: tuple[str, ...]) -> None:
    result = capitals.run(*ASKED_FOR, *how)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in (*result.outlines, *result.errlines) if "coverage" in line] == [REFUSED]
    assert (capitals.asked(), capitals.logs()) == ([], [])


@pytest.mark.parametrize("how", [(), ("-n2",)], ids=" ".join)
def test_a_benchmark_that_covers_all_is_run(capitals: Project, how: tuple[str, ...]) -> None:
    capitals.run("--llm-require-coverage=category=1", *how)
    assert len(capitals.records()) == 3


def test_the_ini_file_can_say_it_and_ordinary_tests_without_a_model_do_not_mind(capitals: Project) -> None:
    capitals.pytester.makeini("[pytest]\nllm_require_coverage = category=2 difficulty=1\n")
    result = capitals.run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("ERROR: --llm-require-coverage: questions.jsonl does not cover category=2: asia 1")
    capitals.run(model=None).assert_outcomes(skipped=3)


def test_a_rule_that_cannot_be_read_is_a_usage_error(capitals: Project) -> None:
    result = capitals.run("--llm-require-coverage=category")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        "ERROR: --llm-require-coverage: 'category' is no rule such as category=5 or category[*]difficulty=3"
    )


def test_a_field_that_only_some_benchmarks_have_is_required_of_those() -> None:
    one = benchmark_from_entries([{"id": "a", "question": "A?", "owner": "anna"}], name="one")
    other = benchmark_from_entries([{"id": "b", "question": "B?"}], name="other")
    assert refusal([one, other], [Requirement(("owner",), 1)]) == ""
    assert refusal([one, other], [Requirement(("owner",), 2)]) == (
        "--llm-require-coverage: one does not cover owner=2: anna 1"
    )
    assert refusal([other], [Requirement(("owner",), 1)]) == (
        "--llm-require-coverage: owner=1: no entry has a 'owner'; there is status"
    )


def test_names_from_a_file_stay_on_one_line() -> None:
    one = benchmark_from_entries([{"id": "a", "question": "A?", "category": "x\n\x1b[31my"}], name="one")
    assert refusal([one], [Requirement(("category",), 2)]).endswith("category=2: x y 1")
