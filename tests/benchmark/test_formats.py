"""Bytes become rows or faults with their line, whatever the format and packing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pytest_llmeval.benchmark.formats import FORMATS, read_rows, suffix_of
from pytest_llmeval.benchmark.rows import Row
from tests.benchmark.rows_told import told


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert told(FORMATS[".jsonl"]([b'\xef\xbb\xbf{"a": 1}'])) == [(1, {"a": 1})]
    assert told(FORMATS[".csv"]([b"\xef\xbb\xbfid\n", b"x\n"])) == [(2, {"id": "x"})]
    assert told(FORMATS[".json"]([b'\xef\xbb\xbf[{"a": 1}]'])) == [(1, {"a": 1})]


def test_bad_bytes_in_a_document_are_told_with_line_and_offset_behind_the_byte_order_mark() -> None:
    data = b'\xef\xbb\xbf[{"a": 1},\n {"a": "\xfc"}]'
    assert told(FORMATS[".json"]([data])) == [(2, "not UTF-8: byte 0xfc at offset 22; save the file as UTF-8")]
    assert data[22] == 0xFC


def test_an_empty_list_and_blank_documents_have_no_rows() -> None:
    assert told(FORMATS[".json"]([b"[ ]"])) == told(FORMATS[".json"]([b'{"entries": []}'])) == []
    assert [told(FORMATS[suffix]([b" \n", b"\n"])) for suffix in FORMATS] == [[]] * len(FORMATS)


def test_tabs_separate_the_cells_of_tsv() -> None:
    assert told(FORMATS[".tsv"]([b"id\tquestion\n", b"a\tone, two\n"])) == [(2, {"id": "a", "question": "one, two"})]


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.jsonl", ".jsonl"), ("A.JSONL.GZ", ".jsonl"), ("b.tar.csv", ".csv"), ("c.gz", ""), (".jsonl", ""), ("d", "")],
)
def test_the_last_suffix_without_gz_names_the_format(name: str, suffix: str) -> None:
    assert suffix_of(Path("dir.json") / name) == suffix


def test_packed_files_are_unpacked_whatever_their_format(tmp_path: Path) -> None:
    for name, text in (("a.jsonl.gz", '{"a": "1"}\n'), ("b.csv.gz", "a\n1\n"), ("c.yaml.gz", "- a: '1'\n")):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
        assert [one.values for one in read_rows(tmp_path / name) if isinstance(one, Row)] == [{"a": "1"}]


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (slice(0, -9), "Compressed file ended before the end-of-stream marker was reached"),
        (slice(10, None), "Not a gzipped file (b'"),
    ],
)
def test_a_damaged_packed_file_is_a_fault(tmp_path: Path, cut: slice, said: str) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}\n' * 3)[cut])
    *_, (line, text) = told(read_rows(path))
    assert line is None
    assert text.startswith(f"not a whole gzip file ({said}")
    assert text.endswith("); compress it again")
