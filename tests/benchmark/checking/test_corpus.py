"""What of a corpus is looked through, and what is told of it afterwards."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pytest_llmeval.benchmark.checking.contamination_file import CorpusFile
from pytest_llmeval.benchmark.checking.corpus import Corpus
from pytest_llmeval.errors import BenchmarkError


def test_rows_of_a_corpus_are_documents_with_all_their_texts(tmp_path: Path) -> None:
    rows, text = tmp_path / "a.jsonl", tmp_path / "b.txt"
    rows.write_text('{"a": "one", "b": [{"c": "two"}, 3]}\n\n["three"]\n')
    text.write_text("four\nfive")
    assert list(Corpus([rows, text])) == [
        (f"{rows}:1", "one\n\ntwo"),
        (f"{rows}:3", "three"),
        (str(text), "four\nfive"),
    ]


def test_a_corpus_may_begin_with_a_byte_order_mark_and_have_any_line_ends(tmp_path: Path) -> None:
    rows, text = tmp_path / "a.jsonl", tmp_path / "b.txt"
    rows.write_bytes(b'\xef\xbb\xbf{"a": "one"}\r\n["two"]')
    text.write_bytes(b"\xef\xbb\xbfthree")
    assert [said for _, said in Corpus([rows, text])] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"\xff\xfe", "is no text"), (b"{", "is no text")]
)
def test_a_corpus_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "a.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BenchmarkError, match=said):
        list(Corpus([path]))


def test_what_was_read_is_told_with_its_documents_and_the_digest_of_its_content(tmp_path: Path) -> None:
    rows, text = tmp_path / "a.jsonl", tmp_path / "b.txt"
    rows.write_bytes(b'\xef\xbb\xbf{"a": "one"}\r\n\n["two"]')
    text.write_bytes(b"\xef\xbb\xbfthree")
    corpus = Corpus([rows, text])
    for _ in range(2):
        assert len(list(corpus)) == 3
        assert corpus.files == [
            CorpusFile(name=str(path), documents=count, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
            for path, count in ((rows, 2), (text, 1))
        ]
