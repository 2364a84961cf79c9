from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs import reading
from pytest_llmeval.runs.line import read_line, record_line
from pytest_llmeval.runs.reading import Fault, iter_records
from pytest_llmeval.runs.record import DESIGNED_FIELDS, Record
from tests.runs.samples import record

LINES = [record_line(record(number)) for number in (1, 2, 3)]
NO_VALUE = "Expecting value: line 1 column 1 (char 0)"


def ids(path: Path) -> list[str]:
    return [one.question_id for one in iter_records(path)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


def test_a_tail_torn_at_any_byte_is_passed_over_and_reported(folder: Path) -> None:
    path, last = folder / "torn.jsonl", record_line(record(4))
    for cut in range(1, len(last) - 1):
        path.write_bytes(b"".join(LINES) + last[:cut])
        faults: list[Fault] = []
        assert [one.question_id for one in iter_records(path, on_fault=faults.append)] == ["q1", "q2", "q3"]
        assert [(fault.line, fault.torn) for fault in faults] == [(4, True)]
    assert str(faults[0]).startswith(f"{path}:4: the last line was cut off and is passed over (not JSON")
    assert ids(path) == ["q1", "q2", "q3"]


def test_a_last_line_that_lacks_only_its_line_feed_is_a_record(folder: Path) -> None:
    path = folder / "no-line-feed.jsonl"
    path.write_bytes(b"".join(LINES).removesuffix(b"\n"))
    assert ids(path) == ["q1", "q2", "q3"]


@given(st.binary(max_size=60).filter(lambda noise: b"\n" not in noise and noise.strip()))
def test_noise_in_the_middle_is_named_with_its_line(folder: Path, noise: bytes) -> None:
    path = folder / "noise.jsonl"
    path.write_bytes(LINES[0] + noise + b"\n" + LINES[1])
    with pytest.raises(RunLogError) as caught:
        ids(path)
    assert str(caught.value).startswith(f"{path}:2: no record: ")
    assert "\n" not in str(caught.value)
    faults: list[Fault] = []
    assert len(list(iter_records(path, on_fault=faults.append))) == 2
    assert [(fault.line, fault.torn) for fault in faults] == [(2, False)]


def test_blank_lines_and_a_byte_order_mark_are_no_fault(folder: Path) -> None:
    path = folder / "blank.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + LINES[0] + b"\n  \r\n" + LINES[1] + b"\n")
    assert ids(path) == ["q1", "q2"]


def test_a_packed_log_is_read(folder: Path) -> None:
    path = folder / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(LINES)))
    assert ids(path) == ["q1", "q2", "q3"]


def test_a_packed_log_that_was_cut_off_gives_what_it_holds(folder: Path) -> None:
    path = folder / "cut.jsonl.gz"
    many = b"".join(record_line(record(number, answer=str(number * 7919) * 9)) for number in range(2000))
    path.write_bytes(gzip.compress(many)[:-2000])
    faults: list[Fault] = []
    found = sum(1 for _ in iter_records(path, on_fault=faults.append))
    assert 1000 < found < 2000
    assert [fault.torn for fault in faults] == [True]


def test_a_foreign_log_with_only_the_sixteen_fields_is_read(folder: Path) -> None:
    path = folder / "foreign.jsonl"
    row = dict.fromkeys(DESIGNED_FIELDS, "x") | {"evidence_files": ["a.py"], "tools_called": [], "grade": "wrong"}
    row["failure_label"] = "hallucination"
    path.write_text(json.dumps(row) + "\n")
    (read,) = iter_records(path)
    assert (read.grade, read.evidence_files, read.outcome, read.schema_version) == ("wrong", ("a.py",), None, 1)


def test_a_newer_log_is_an_error_even_where_faults_are_collected(folder: Path) -> None:
    path = folder / "newer.jsonl"
    path.write_bytes(LINES[0] + b'{"schema_version": 9}\n')
    with pytest.raises(RunLogError, match=r"newer.jsonl:2: schema_version 9 was written by a newer pytest-llmeval"):
        list(iter_records(path, on_fault=lambda fault: None))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("missing.jsonl", None, "missing.jsonl: cannot be read (No such file or directory)"),
        ("empty.jsonl", b"", "empty.jsonl: is empty; a run log has a record on each line"),
        ("torn-only.jsonl", b'{"run', "torn-only.jsonl: holds no record; a run log has a record on each line"),
        ("a.md", b"# A\n\nb\n", f"a.md:1: no record: not JSON ({NO_VALUE}); is this a run log?"),
        ("array.jsonl", b"[1, 2]\n", "array.jsonl:1: no record: not a JSON object but an array; is this a run log?"),
        ("plain.jsonl.gz", b"{}\n", "plain.jsonl.gz: cannot be read (Not a gzipped file (b'{}'))"),
    ],
)  # fmt: skip
def test_what_is_no_log_is_one_clear_line(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(RunLogError) as caught:
        list(iter_records(tmp_path / name))
    assert str(caught.value) == f"{tmp_path}/{told}"


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match=r"cannot be read \(Is a directory\)"):
        list(iter_records(tmp_path))


def test_what_stands_before_a_fault_is_given_before_it(folder: Path) -> None:
    path = folder / "lazy.jsonl"
    path.write_bytes(LINES[0] + b"broken\n" + LINES[1])
    assert next(iter(iter_records(path))).question_id == "q1"


def test_large_records_are_not_read_far_ahead(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, read = folder / "large.jsonl", list[bytes]()
    path.write_bytes(record_line(record(answer="word " * 20_000)) * 20)

    def counted(line: bytes) -> Record:
        read.append(line)
        return read_line(line)

    monkeypatch.setattr(reading, "read_line", counted)
    next(iter(iter_records(path, every_try=True)))
    assert len(read) == 2
