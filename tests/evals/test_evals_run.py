"""The evals of this repository, run as its README says: without a key, and telling good answers from none."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pytest_llmeval.runs.reading import iter_records
from pytest_llmeval.runs.record import Record

REPOSITORY = Path(__file__).parents[2]
CATEGORIES = {"symbol_lookup", "architecture", "change_impact", "debugging", "onboarding"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Run the evals once for all tests, in whichever process wants them first."""
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    log = place / "evals.jsonl"
    with (place / "evals.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not log.exists():
            run(log.with_suffix(".part.jsonl")).replace(log)
    return list(iter_records(log))


def run(log: Path) -> Path:
    models = ("--llm-model=offline:bm25", "--llm-model=offline:closed-book")
    command = [sys.executable, "-m", "pytest", "evals", "-p", "no:cacheprovider", *models, f"--llm-log={log}"]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert told.returncode in (0, 1), told.stdout + told.stderr
    return log


@pytest.fixture
def retrieved(both: list[Record]) -> list[Record]:
    return [record for record in both if record.model == "bm25"]


@pytest.fixture
def closed_book(both: list[Record]) -> list[Record]:
    return [record for record in both if record.model == "closed-book"]


def about_the_repository(records: list[Record]) -> list[Record]:
    return [record for record in records if record.category in CATEGORIES]


def test_the_grades_of_a_retriever_are_spread(retrieved: list[Record]) -> None:
    counts = Counter(record.grade for record in about_the_repository(retrieved))
    assert counts.total() >= 36
    assert None not in counts
    assert len(counts) >= 3


def test_no_eval_ends_in_an_error(retrieved: list[Record], closed_book: list[Record]) -> None:
    assert {record.outcome for record in (*retrieved, *closed_book)} <= {"passed", "failed"}


def test_without_the_repository_no_question_is_answered_even_in_part(closed_book: list[Record]) -> None:
    assert {record.grade for record in about_the_repository(closed_book)} == {"wrong"}


def test_every_answer_of_the_retriever_rests_on_files(retrieved: list[Record]) -> None:
    for record in about_the_repository(retrieved):
        assert record.retrieval_method == "bm25"
        assert record.evidence_files


def test_outlines_are_json_of_their_schema_and_right(retrieved: list[Record]) -> None:
    outlines = [record for record in retrieved if record.category == "module_outline"]
    assert {record.outcome for record in outlines} == {"passed"}
    assert {score.name for record in outlines for score in record.scores} == {"assert_schema"}


def test_the_pipeline_narrows_evidence_down_and_keeps_its_trace(retrieved: list[Record]) -> None:
    picked = [record for record in retrieved if record.category == "definition" and record.grade == "fully_correct"]
    assert picked
    for record in picked:
        assert len(record.evidence_files) == 1
        assert len(record.calls) == 1
        assert set(record.evidence_files) < set(record.calls[0].reply.evidence_files)
