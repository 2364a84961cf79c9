from __future__ import annotations

import io
import sys

import pytest

from pytest_llmeval.cli.printing import note, write


def test_plain_lines_have_no_control_codes(capsys: pytest.CaptureFixture[str]) -> None:
    write(["a\x1b[31mb", "\x9b2Jc", "tab\tstays"])
    assert capsys.readouterr().out == "ab\nc\ntab\tstays\n"


def test_what_the_encoding_lacks_is_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    write(["45 – 60"])
    stream.flush()
    assert raw.getvalue() == b"45 ? 60\n"


def test_a_remark_is_one_line_whatever_is_named_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    note("1 new vote of ev\x1b[31mil\nsecond\tline\r\u202e, in  a.jsonl" + " and more" * 50)
    assert capsys.readouterr().err == (
        "pytest-llmeval: 1 new vote of evil second line , in  a.jsonl" + " and more" * 50 + "\n"
    )


def test_remarks_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    note("mind the gap")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "pytest-llmeval: mind the gap\n")
