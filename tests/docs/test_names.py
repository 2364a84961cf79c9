"""What pages name exists, and what exists is named on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType

import pytest

import pytest_llmeval
from pytest_llmeval import errors, graders, perturbations, probes
from pytest_llmeval.analysis.behaviour import RULES
from pytest_llmeval.benchmark.entry import Entry
from pytest_llmeval.cli.main import COMMANDS
from pytest_llmeval.grading.grade import FAILURE_LABELS, LEVELS
from pytest_llmeval.plugin import hookspecs, marker
from pytest_llmeval.plugin.fixtures import EvalFixtures
from pytest_llmeval.plugin.options import OPTIONS
from pytest_llmeval.plugin.recording import junit_properties
from tests.docs.pages import REPOSITORY, page, pages

EVERYTHING = "\n".join(one.text for one in pages())
FLAGS = {option.flag for option in OPTIONS}
FLAG_TAKERS = re.compile(r"--llm-[a-z][a-z-]*[a-z]")

FIXTURES = [name for name in vars(EvalFixtures) if not name.startswith(("_", "pytest_"))]


def missing(names: Iterable[str], text: str) -> list[str]:
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]


def test_every_flag_on_a_page_exists() -> None:
    assert set(FLAG_TAKERS.findall(EVERYTHING)) - FLAGS == set()


def test_every_flag_is_on_a_page() -> None:
    assert missing(sorted(FLAGS), EVERYTHING) == []


def test_every_ini_value_on_a_page_exists() -> None:
    known = {option.name for option in OPTIONS if option.in_ini and not option.flag_only}
    fixtures = set(FIXTURES)
    others = {"llm_eval", "llm_entry", "llm_perturbed", *junit_names()}
    found = set(re.findall(r"\bllm_[a-z_]+\b", EVERYTHING))
    assert found - known - fixtures - others == set()


def junit_names() -> set[str]:
    return set(re.findall(r'"(llm_\w+)"', "".join(map(str, junit_properties.__code__.co_consts)))) | {
        constant for constant in junit_properties.__code__.co_consts if str(constant).startswith("llm_")
    }


def test_every_command_on_a_page_exists_and_every_command_is_on_a_page() -> None:
    found = set(re.findall(r"\bpytest-llmeval ([a-z]+(?:-[a-z]+)*)\b", EVERYTHING))
    assert found - set(COMMANDS) == set()
    assert missing((f"pytest-llmeval {name}" for name in COMMANDS), EVERYTHING) == []


def test_every_grader_on_a_page_exists_and_every_grader_is_on_the_page_of_graders() -> None:
    assert set(re.findall(r"(?<![\w-])graders\.(\w+)", EVERYTHING)) - set(graders.__all__) == set()
    assert missing(graders.__all__, page("docs/grade.md").text) == []


@pytest.mark.parametrize(
    ("face", "home"), [(perturbations, "docs/robustness.md"), (probes, "docs/behaviour-probes.md")]
)
def test_every_perturbation_and_probe_on_a_page_exists_and_is_on_its_own(face: ModuleType, home: str) -> None:
    name = face.__name__.rpartition(".")[2]
    assert set(re.findall(rf"(?<![\w./-]){name}\.([a-z]\w+)", EVERYTHING)) - set(face.__all__) == set()
    assert missing((f"{name}.{one}" for one in face.__all__), page(home).text) == []


def test_every_rate_of_behaviour_is_on_its_page() -> None:
    text = page("docs/behaviour-probes.md").text
    assert missing([rule.rate for rule in RULES], text) == []
    assert missing([rule.score for rule in RULES], text) == []


def test_every_public_name_is_on_a_page() -> None:
    assert missing(pytest_llmeval.__all__, EVERYTHING) == []


def test_every_field_of_an_entry_is_on_the_page_of_benchmarks() -> None:
    assert missing(Entry.model_fields, page("docs/write-an-eval.md").text) == []


def test_every_argument_of_the_marker_and_every_fixture_is_explained() -> None:
    text = page("docs/write-an-eval.md").text
    assert missing(marker.ARGUMENTS, text) == []
    assert missing(FIXTURES, text) == []


def test_levels_and_labels_are_explained() -> None:
    assert missing([*LEVELS, *FAILURE_LABELS], page("docs/grade.md").text) == []


def test_every_error_named_for_authors_exists() -> None:
    named = set(re.findall(r"`([A-Z]\w+(?:Error|Limited|Timeout|Unavailable|NotFound|ByProvider))`", EVERYTHING))
    assert {name for name in named if not hasattr(errors, name)} == set()


def test_the_provider_on_the_page_is_the_one_in_the_hook() -> None:
    shown = next(one.text for one in page("docs/providers.md").blocks if one.name == "conftest.py")
    told = re.sub(r"^ {8}", "", hookspecs.pytest_llmeval_register_providers.__doc__ or "", flags=re.MULTILINE)
    assert shown.split("\n", 1)[1].strip() in told


def test_paths_on_pages_exist() -> None:
    named = set(re.findall(r"`((?:src|tests|tools|benchmarks|docs)/[\w./-]+\.\w+)`", EVERYTHING))
    assert {path for path in named if not (REPOSITORY / path).exists()} == set()
