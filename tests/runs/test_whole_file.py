from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_llmeval.errors import RunLogError
from pytest_llmeval.runs.whole_file import create_whole, replace_whole


def test_a_new_file_is_written_whole(tmp_path: Path) -> None:
    assert create_whole(tmp_path / "a", [b"one\n", b"two\n"]) == 2
    assert (tmp_path / "a").read_bytes() == b"one\ntwo\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("mine")
    with pytest.raises(RunLogError, match="a: exists already; name another file or move it away"):
        create_whole(path, [b"x"])
    assert path.read_text() == "mine"


def test_a_file_that_comes_up_while_writing_is_not_replaced_either(tmp_path: Path) -> None:
    path = tmp_path / "a"

    def chunks() -> Iterator[bytes]:
        yield b"x"
        path.write_text("theirs")

    with pytest.raises(RunLogError, match="exists already"):
        create_whole(path, chunks())
    assert path.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_where_the_content_cannot_be_made(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise RunLogError("broken")

    with pytest.raises(RunLogError, match="broken"):
        create_whole(tmp_path / "a", chunks())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunLogError, match=r"cannot be written \(No such file or directory\)"):
        create_whole(tmp_path / "no" / "a", [b"x"])


def test_a_replaced_file_is_the_new_one_or_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(RunLogError, match="No space left on device"):
        replace_whole(path, broken())
    assert path.read_text() == "old"
    replace_whole(path, [b"new"])
    assert path.read_text() == "new"
