from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pytest_llmeval.benchmark.checking.checks import Strictness, check_benchmark
from pytest_llmeval.benchmark.checking.manifest import manifest_text, read_manifest, released
from pytest_llmeval.benchmark.checking.vocabulary import unknown_values
from pytest_llmeval.benchmark.loading import benchmark_from_entries

ALLOWED = {"tag": ("geography", "history"), "level": ("1", "2")}


def entries(*rows: dict[str, Any]) -> Any:
    numbered = [{"id": f"q{n}", "question": f"Why {n}?", "gold_answer": "x", **row} for n, row in enumerate(rows, 1)]
    return benchmark_from_entries(numbered)


def test_a_value_that_is_not_allowed_is_an_error_of_all_entries_that_have_it() -> None:
    made = entries({"tags": ["histroy", "geography"]}, {"tags": ["histroy"]}, {"tags": ["art"]}, {}).entries
    found = [(one.severity, one.entries, one.text) for one in unknown_values(made, ALLOWED)]
    assert found == [
        ("error", ("q1", "q2"), "tag 'histroy' is not in the manifest's vocabulary; did you mean 'history'?"),
        ("error", ("q3",), "tag 'art' is not in the manifest's vocabulary (geography, history)"),
    ]


def test_the_value_that_was_meant_is_named_for_short_ones_too() -> None:
    (one,) = unknown_values(entries({"tags": ["goe"]}).entries, {"tag": ("art", "geo")})
    assert one.text == "tag 'goe' is not in the manifest's vocabulary; did you mean 'geo'?"


def test_fields_of_the_users_own_are_held_to_it_too_and_others_may_have_any_value() -> None:
    made = entries({"level": 1, "category": "x"}, {"level": 3, "category": "y"}).entries
    assert [one.text for one in unknown_values(made, ALLOWED)] == [
        "level '3' is not in the manifest's vocabulary (1, 2)"
    ]


def test_no_value_at_all_is_allowed_where_the_vocabulary_of_a_field_is_empty() -> None:
    made = entries({"tags": ["a"]}).entries
    assert [one.text for one in unknown_values(made, {"tag": ()})] == [
        "tag 'a' is not in the manifest's vocabulary, which allows none"
    ]


def test_numbers_in_a_manifest_are_values_too(tmp_path: Path) -> None:
    benchmark = entries({"level": 1}, {"level": 3})
    text = manifest_text(released(benchmark, None, "1", "", "2026-11-30"))
    (tmp_path / "entries.manifest.json").write_text(text[:-3] + ', "vocabulary": {"level": [1, 2]}}')
    manifest = read_manifest(tmp_path / "entries.jsonl")
    bounds = Strictness(least_in_slice=0)
    found = check_benchmark(benchmark, root=Path(), today=date(2026, 11, 30), manifest=manifest, strictness=bounds)
    assert [one.text for one in found if one.check == "unknown values"] == [
        "level '3' is not in the manifest's vocabulary (1, 2)"
    ]
