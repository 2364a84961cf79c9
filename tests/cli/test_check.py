"""A benchmark is checked on the command line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.runs.locking import alone
from tests.cli.conftest import Told
from tests.cli.logs import trial, write_log

Command = Callable[..., Told]


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_findings_are_told_check_by_check(here: Path, command: Command) -> None:
    same = [{"id": f"s{number}", "question": "Where is it?", "gold_answer": "Here"} for number in range(6)]
    rows: list[dict[str, Any]] = [
        {"id": "q1", "question": "What is it?", "gold_answer": "A bird"},
        {"id": "q2", "question": "What is it", "gold_answer": "A plane", "expected_files": ["gone.py"]},
        {"id": "old", "question": "Old?", "status": "retired"},
    ]
    told = command("check", write(here / "q.jsonl", *same, *rows), "--min-slice", 0)
    assert told.status == 1
    assert told.out.splitlines() == [
        "q.jsonl · 9 entries, 1 retired · no version · contamination not checked",
        "",
        "conflicting answers  1 error",
        "  q1, q2: the same question has gold answers 'A bird' and 'A plane'",
        "",
        "duplicates  1 warning",
        "  s0, s1, s2, s3, and 2 more: the same question",
        "",
        "missing files  1 error",
        "  q2: names gone.py, which is not there",
        "",
        "2 errors · 1 warning",
    ]


def test_a_sound_benchmark_passes(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "gold_answer": "So."})
    told = command("check", log, "--strict")
    assert (told.status, told.out.splitlines()[-1]) == (0, "nothing found")


def test_warnings_fail_where_asked(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "category": "few"})
    assert command("check", log).status == 0
    assert command("check", log, "--strict").status == 1


def test_many_findings_are_counted_and_all_told_on_demand(here: Path, command: Command) -> None:
    rows = [{"id": f"q{number}", "question": f"{number}?", "expected_files": ["gone.py"]} for number in range(9)]
    log = write(here / "q.jsonl", *rows)
    assert "  and 4 more; see all with -v" in command("check", log).out
    assert "q8: names gone.py" in command("check", log, "-v").out


def test_machines_get_every_finding_and_the_thresholds(here: Path, command: Command) -> None:
    question = "How many words must a question have before runs of eight of them can be compared?"
    log = write(here / "q.jsonl", {"id": "a", "question": question, "gold_answer": "8"})
    (here / "corpus.txt").write_text(question)
    told = json.loads(command("check", log, "--against", here / "corpus.txt", "--json").out)
    assert told["contamination"] == "checked, 1 flagged"
    assert told["thresholds"] == {
        "min_slice": 30,
        "mix_shift": 10.0,
        "alike": 0.8,
        "stale_after": 180,
        "contained": 0.8,
        "ngram": 8,
        "meaning": None,
    }
    assert told["embedder"] is None
    (finding,) = told["findings"]
    assert (finding["check"], finding["entries"]) == ("contamination", ["a"])


def test_a_prompt_that_holds_a_question_is_an_error(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why is it so today?"})
    (here / "system.txt").write_text("Example: why is it so today? Because.")
    told = command("check", log, "--prompt", "system.txt")
    assert (told.status, "system.txt holds the question" in told.out) == (1, True)


def test_a_version_is_released_and_later_changes_are_told(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?"})
    told = command("check", log, "--release", "1.0", "--why", "begin")
    assert (told.status, told.err) == (0, f"pytest-llmeval: version 1.0 written to {here / 'q.manifest.json'}\n")
    assert "q.jsonl · 1 entries · version 1.0 · " in told.out
    write(here / "q.jsonl", {"id": "a", "question": "Why not?"})
    assert "  a: 1 changed since version 1.0; release them with --release" in command("check", log).out
    again = command("check", log, "--release", "1.0")
    assert (again.status, again.out) == (2, "")
    assert "version 1.0 of q.jsonl is released already" in again.err


def test_two_benchmarks_never_write_into_one_manifest(here: Path, command: Command) -> None:
    for version in ("1", "2"):
        log = write(here / f"q.v{version}.jsonl", {"id": version, "question": f"Why {version}?"})
        assert command("check", log, "--release", version).status == 0
    assert sorted(path.name for path in here.glob("*.manifest.json")) == ["q.v1.manifest.json", "q.v2.manifest.json"]
    (here / "q.v1.csv").write_text("id,question\nz,Why?\n")
    told = command("check", here / "q.v1.csv", "--release", "3")
    assert told.status == 2
    assert "q.v1.manifest.json: belongs to q.v1.jsonl, not to q.v1.csv; rename one of these two" in told.err
    assert json.loads((here / "q.v1.manifest.json").read_text())["releases"][0]["version"] == "1"


def test_two_that_release_at_once_do_not_undo_each_other(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?"})
    with alone(here / "q.manifest.json", ""):
        told = command("check", log, "--release", "1")
    assert (told.status, (here / "q.manifest.json").exists()) == (2, False)
    assert told.err.endswith("q.manifest.json: another release is being written to it; run this one again\n")
    assert command("check", log, "--release", "1").status == 0


def test_a_mix_that_moved_since_the_release_is_told(here: Path, command: Command) -> None:
    rows = [
        {"id": f"q{n}", "question": f"{n}?", "gold_answer": "So.", "category": ("even", "odd")[n % 2]} for n in range(4)
    ]
    log = write(here / "q.jsonl", *rows)
    command("check", log, "--release", "1.0", "--min-slice", 0)
    write(here / "q.jsonl", *rows, {"id": "q5", "question": "5?", "gold_answer": "So.", "category": "new"})
    told = command("check", log, "--min-slice", 0)
    assert told.status == 0
    assert told.out.splitlines()[2:6] == [
        "slice mix  1 warning",
        "  category: new 0 of 4 (0 %) -> 1 of 5 (20 %), even 2 of 4 (50 %) -> 2 of 5 (40",
        "  %), odd 2 of 4 (50 %) -> 2 of 5 (40 %); total variation distance 0.20 since",
        "  version 1.0",
    ]
    assert "slice mix" not in command("check", log, "--min-slice", 0, "--mix-shift", 20).out


@pytest.mark.parametrize("points", ["-1", "101", "much", "nan"])
def test_points_are_from_0_to_100(points: str, command: Command) -> None:
    told = command("check", "q.jsonl", f"--mix-shift={points}")
    assert told.status == 2
    assert f"--mix-shift: must lie between 0 and 100, got {points!r}" in told.err


@pytest.mark.parametrize("option", ["--ngram=0", "--min-slice=-1", "--stale-after=soon"])
def test_counts_are_whole_numbers(option: str, command: Command) -> None:
    told = command("check", "q.jsonl", option)
    assert told.status == 2
    assert f"argument {option.split('=')[0]}: must be a whole number" in told.err


@pytest.mark.parametrize("version", ["", " "])
def test_a_version_has_a_name(version: str, here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?"})
    told = command("check", log, "--release", version)
    assert (told.status, told.out) == (2, "")
    assert f"argument --release: must name a version such as 1.0, got {version!r}; see " in told.err
    assert [path.name for path in here.iterdir()] == ["q.jsonl"]


@pytest.mark.parametrize("root", ["nodir", "q.jsonl", "x" * 300])
def test_a_root_is_a_folder_that_is_there(root: str, here: Path, command: Command) -> None:
    told = command("check", write(here / "q.jsonl", {"id": "a", "question": "Why?"}), "--root", root)
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert f"argument --root: must be a folder that is there, got {root!r}" in told.err


def test_combinations_are_shown_as_a_table_and_to_machines(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "gold_answer": "So.", "category": "x", "tags": ["t"]})
    told = command("check", log, "--matrix", "category", "tag", "--min-slice", 2)
    assert told.out.splitlines()[2:8] == [
        "category × tag  1 entry",
        "            t    all",
        "  x         1!     1",
        "  all       1      1",
        "  ! fewer than 2 entries",
        "",
    ]
    (matrix,) = json.loads(command("check", log, "--matrix", "category", "tag", "--json").out)["matrices"]
    assert matrix["cells"] == [{"row": "x", "column": "t", "entries": 1}]


def test_a_matrix_of_a_field_that_is_not_there_is_told_and_nothing_is_released(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "gold_answer": "So.", "owner": "anna"})
    told = command("check", log, "--matrix", "status", "ower", "--release", "1")
    assert (told.status, told.out) == (2, "")
    assert told.err == "pytest-llmeval: --matrix: q.jsonl: no entry has a 'ower'; there is status, owner\n"
    assert not (here / "q.manifest.json").exists()


def test_a_matrix_of_a_field_that_only_retired_entries_have_is_told(here: Path, command: Command) -> None:
    old = {"id": "b", "question": "How?", "gold_answer": "So.", "category": "x", "status": "retired"}
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "gold_answer": "So.", "tags": ["t"]}, old)
    told = command("check", log, "--matrix", "category", "category")
    assert told == Told(2, "", "pytest-llmeval: --matrix: q.jsonl: no entry has a 'category'; there is tag, status\n")
    assert "category × status  2 entries" in command("check", log, "--matrix", "category", "status").out


def test_what_is_required_and_not_there_fails(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "gold_answer": "So.", "category": "x", "tags": ["t"]})
    told = command("check", log, "--require", "category*tag=2", "--require", "tag=1", "--min-slice", 0)
    assert told.status == 1
    assert "coverage  1 error\n  category*tag: fewer than 2 active entries of x*t 1\n" in told.out
    told = command("check", log, "--require", "owner=2")
    assert told == Told(2, "", "pytest-llmeval: owner=2: no entry has a 'owner'; there is category, tag, status\n")


def test_a_rule_that_cannot_be_read_is_told(command: Command) -> None:
    told = command("check", "q.jsonl", "--require", "category")
    assert told.status == 2
    assert "'category' is no rule such as category=5 or category*difficulty=3" in told.err


def test_a_version_with_errors_is_not_released(here: Path, command: Command) -> None:
    log = write(here / "q.jsonl", {"id": "a", "question": "Why?", "expected_files": ["gone.py"]})
    told = command("check", log, "--release", "1.0")
    assert (told.status, told.err) == (1, "pytest-llmeval: version 1.0 is not released; mend the errors first\n")
    assert not (here / "q.manifest.json").exists()


@pytest.mark.parametrize("share", ["0", "1.5", "most"])
def test_a_share_is_above_0_and_up_to_1(share: str, command: Command) -> None:
    told = command("check", "q.jsonl", "--alike", share)
    assert told.status == 2
    assert f"argument --alike: must lie between 0 and 1, 0 excluded, got {share!r}" in told.err


@pytest.mark.parametrize("content", [None, b"", b"\xff", b'{"a": 1}\n', b"[1]\n"])
def test_a_file_that_is_no_benchmark_is_told(here: Path, command: Command, content: bytes | None) -> None:
    if content is not None:
        (here / "q.jsonl").write_bytes(content)
    told = command("check", "q.jsonl", "--release", "1")
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("pytest-llmeval: q.jsonl")
    assert not (here / "q.manifest.json").exists()


def test_entries_that_tell_no_model_from_another_are_found_in_runs(here: Path, command: Command) -> None:
    benchmark = write(here / "q.jsonl", {"id": "q1", "question": "Why?"}, {"id": "q2", "question": "Where?"})
    records = [trial(q, "fully_correct" if q == 1 else "wrong", model=f"m{n}") for n in range(5) for q in (1, 2)]
    told = command("check", benchmark, "--answered", write_log(here / "run.jsonl", records))
    assert told.status == 0
    assert "items  2 warnings" in told.out
    assert "  q2: answered wrong by all 5 models, runs and samples: is the gold answer" in told.out


def test_entries_to_grade_by_nothing_and_schemas_that_are_none_are_told(here: Path, command: Command) -> None:
    rows: list[dict[str, Any]] = [{"id": f"n{number}", "question": f"{number}?"} for number in range(6)]
    told = command(
        "check", write(here / "q.jsonl", *rows, {"id": "s", "question": "S?", "response_schema": {"$id": 1}})
    )
    assert told.status == 1
    assert told.out.splitlines()[2:8] == [
        "no expectation  1 warning",
        "  n0, n1, n2, n3, and 2 more: 6 of 7 entries say nothing of what a right answer",
        "  is; give them a gold_answer, criteria or expected_files",
        "",
        "broken schemas  1 error",
        "  s: response_schema is no JSON Schema: at /$id: 1 is not of type 'string'",
    ]


@pytest.mark.parametrize(
    ("name", "flag", "said"),
    [
        ("corpus.jsonl", "--against", "corpus.jsonl:2: the line is longer than 2 MiB; split it, or name another file"),
        ("corpus.txt", "--against", "corpus.txt: is larger than 3 MiB; split it, or name another file"),
        ("system.txt", "--prompt", "system.txt: is larger than 3 MiB; split it, or name another file"),
        ("q.manifest.json", None, "q.manifest.json: is larger than 3 MiB; split it, or name another file"),
    ],
)
def test_a_file_without_bounds_is_refused_in_one_line(
    name: str, flag: str | None, said: str, here: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_llmeval.bounded.LONGEST_LINE", 2 << 20)
    monkeypatch.setattr("pytest_llmeval.bounded.LARGEST_WHOLE", 3 << 20)
    (here / name).write_bytes(b'{"a": "b"}\n{"a": "' + b"x" * (4 << 20))
    benchmark = write(here / "q.jsonl", {"id": "a", "question": "Why?", "gold_answer": "So."})
    told = command("check", benchmark, *([flag, name] if flag else []))
    assert (told.status, told.out) == (2, "")
    assert told.err.startswith("pytest-llmeval: ")
    assert told.err.endswith(f"{said}\n")
    assert told.err.count("\n") == 1


def test_one_of_each_cluster_is_written_its_line_as_it_was(here: Path, command: Command) -> None:
    asked = "Which of the two callers of the parser decides whether a torn last line is an error or not"
    lines = [
        b'{"id":"a",  "question": "Why?", "gold_answer": "So."}\r\n',
        f'{{"id": "b", "question": "{asked}?", "gold_answer": "G"}}\n'.encode(),
        b"\n",
        b'{"id": "c", "question": "why", "gold_answer": "so"}\n',
        f'{{"id": "d", "question": "{asked} today?", "gold_answer": "G"}}\n'.encode(),
        f'{{"id": "e", "question": "{asked}", "gold_answer": "g"}}\n'.encode(),
        '{"id": "f", "question": "Größe?", "gold_answer": "G"}'.encode(),
    ]
    (here / "q.jsonl").write_bytes(b"".join(lines))
    told = command("check", "q.jsonl", "--min-slice", 0, "--write-deduplicated", "once.jsonl")
    assert told.err == "pytest-llmeval: 3 of 6 entries written to once.jsonl, one of each cluster and gold answer\n"
    assert (here / "once.jsonl").read_bytes() == b"".join([lines[0], lines[1], lines[2], lines[6]])
    assert command("check", "once.jsonl").out.endswith("nothing found\n")


def test_a_packed_benchmark_is_written_unpacked_and_retired_entries_stay(here: Path, command: Command) -> None:
    line, old = b'{"id": "a", "question": "Why?"}\n', b'{"id": "b", "question": "Why?", "status": "retired"}\n'
    (here / "q.jsonl.gz").write_bytes(gzip.compress(line + old))
    command("check", "q.jsonl.gz", "--write-deduplicated", "once.jsonl")
    assert (here / "once.jsonl").read_bytes() == line + old


@pytest.mark.parametrize(
    ("benchmark", "target", "said"),
    [
        ("q.json", "new.jsonl", "q.json: no entry of it is a line that could be left out; save it as .jsonl"),
        ("q.jsonl", "new.json", "new.json: what is written are lines; name a file that ends in .jsonl"),
        ("q.jsonl", "q.jsonl", "q.jsonl: exists already; name another file or move it away"),
        ("q.jsonl", "no/new.jsonl", "no/new.jsonl: cannot be written (No such file or directory); name a file you can"),
    ],
)
def test_what_cannot_be_written_without_repeats_is_told(
    here: Path, command: Command, benchmark: str, target: str, said: str
) -> None:
    (here / "q.json").write_text('[{"id": "a", "question": "Why?"}]')
    content = write(here / "q.jsonl", {"id": "a", "question": "Why?"}).read_bytes()
    told = command("check", benchmark, "--write-deduplicated", target)
    assert told.status == 2
    assert told.err.startswith(f"pytest-llmeval: {said}")
    assert (here / "q.jsonl").read_bytes() == content
    assert sorted(path.name for path in here.iterdir()) == ["q.json", "q.jsonl"]
