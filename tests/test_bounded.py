from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_llmeval.bounded import LARGEST_WHOLE, LONGEST_LINE, TooLong, bounded_lines, whole_content, whole_text


@given(st.binary(max_size=60))
def test_lines_within_bounds_are_those_of_the_file(content: bytes) -> None:
    assert list(bounded_lines(io.BytesIO(content))) == list(io.BytesIO(content))


@pytest.mark.parametrize("end", [b"", b"\n", b"\nmore"])
def test_a_line_that_is_too_long_is_told_by_its_number(end: bytes) -> None:
    lines = bounded_lines(io.BytesIO(b"12345678\n" + b"x" * 10 + end), longest=9)
    assert next(lines) == b"12345678\n"
    with pytest.raises(TooLong, match="the line is longer than 9 bytes; split it") as told:
        next(lines)
    assert told.value.line == 2


def test_a_line_of_the_greatest_length_is_read() -> None:
    assert list(bounded_lines(io.BytesIO(b"x" * 8 + b"\n"), longest=9)) == [b"x" * 8 + b"\n"]


def test_a_long_line_is_never_in_memory_whole() -> None:
    class Endless(io.RawIOBase):
        def readline(self, size: int | None = -1, /) -> bytes:
            assert size == LONGEST_LINE + 1
            return b"\0" * size

    with pytest.raises(TooLong, match="longer than 128 MiB"):
        next(bounded_lines(Endless()))  # type: ignore[arg-type]  # has the one method that is used


def test_a_whole_file_has_bounds_too(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbfyes")
    assert whole_text(path) == "yes"
    with pytest.raises(TooLong, match="is larger than 5 bytes; split it, or name another file") as told:
        whole_text(path, largest=5)
    assert told.value.line is None
    assert LARGEST_WHOLE == 256 << 20


def test_a_small_file_takes_no_memory_for_a_large_one(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"{}")
    tracemalloc.start()
    try:
        assert whole_content(path) == b"{}"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
