"""Several lines of a plain script about one question are its samples, whoever reads the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.analysis.comparing.comparison import compare
from pytest_llmeval.analysis.comparing.sides import read_sides
from pytest_llmeval.analysis.run_figures import read_figures
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.reading import iter_records
from tests.runs.samples import record


def write(path: Path, *told: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(record_line(record(1, **one)) for one in told))
    return path


def samples(path: Path) -> list[int]:
    return [one.sample for one in iter_records(path)]


def test_lines_about_one_question_are_numbered_as_they_come(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {}, {"question_id": "q2"}, {}, {"question_id": "q2"}, {})
    assert samples(path) == [1, 1, 2, 2, 3]


def test_numbers_that_a_script_gave_itself_are_kept(tmp_path: Path) -> None:
    assert samples(write(tmp_path / "a.jsonl", {"sample": 2}, {"sample": 1}, {"sample": 3})) == [2, 1, 3]
    assert samples(write(tmp_path / "b.jsonl", {"sample": 2}, {"sample": 2}, {"sample": 1})) == [2, 3, 1]


@pytest.mark.parametrize("other", [{"model": "n"}, {"provider": "o"}, {"run_id": "r2"}, {"question_id": "q2"}])
def test_what_differs_in_anything_else_is_no_sample_of_it(tmp_path: Path, other: dict[str, Any]) -> None:
    assert samples(write(tmp_path / "a.jsonl", {}, other)) == [1, 1]


def test_lines_with_a_test_item_keep_their_number(tmp_path: Path) -> None:
    lines = [{"nodeid": f"test_a.py::test_{name}[q1]"} for name in "ab"]
    assert samples(write(tmp_path / "a.jsonl", *lines)) == [1, 1]


def test_a_comparison_holds_every_line_against_its_partner(tmp_path: Path) -> None:
    """The last line of each question is right in both runs."""
    asked = [{"question_id": f"q{number}", "grade": "fully_correct"} for number in range(8) for _ in range(3)]
    worse = [one | {"grade": "wrong"} if at % 3 < 2 else one for at, one in enumerate(asked)]
    base, new = (write(tmp_path / name, *told) for name, told in (("a.jsonl", asked), ("b.jsonl", worse)))
    found = compare(*read_sides(base).values(), *read_sides(new).values())
    assert (found.outcome, len(found.pairing.pairs), found.pairing.entries) == ("worse", 24, 8)


def test_a_summary_takes_the_lines_of_a_question_as_one_in_its_interval(tmp_path: Path) -> None:
    asked = [
        {"question_id": f"q{number}", "grade": grade}
        for number in range(8)
        for grade in ("wrong", "wrong", "fully_correct")
    ]
    (run,) = read_figures([write(tmp_path / "a.jsonl", *asked)])
    (summary,) = run.summaries
    assert (summary.samples, summary.overall.fully_correct.n, summary.overall.fully_correct.independent) == (3, 24, 8)
    assert summary.repeats is not None
    assert summary.repeats.most == 3
