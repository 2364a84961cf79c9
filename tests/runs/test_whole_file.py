from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
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


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_a_replaced_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a"
    path.touch()
    path.chmod(mode)
    replace_whole(path, [b"new"])
    assert (mode_of(path), path.read_text()) == (mode, "new")


@pytest.mark.parametrize("write", [create_whole, replace_whole])
def test_a_new_file_may_be_read_by_nobody_who_may_not_read_what_is_in_it(
    tmp_path: Path, write: Callable[..., int]
) -> None:
    run, open_run = tmp_path / "run", tmp_path / "open"
    run.touch(0o600)
    open_run.touch(0o444)
    write(tmp_path / "a", [b"x"], like=[run, open_run])
    write(tmp_path / "b", [b"x"], like=[open_run])
    write(tmp_path / "c", [b"x"])
    (tmp_path / "ordinary").touch()
    ordinary = mode_of(tmp_path / "ordinary")
    assert [mode_of(tmp_path / name) for name in "abc"] == [0o600, ordinary & 0o444 | 0o600, ordinary]


def test_a_link_stays_a_link_to_what_is_replaced(tmp_path: Path) -> None:
    target, link = tmp_path / "kept" / "a", tmp_path / "link"
    target.parent.mkdir()
    target.write_text("old")
    link.symlink_to(target)
    replace_whole(link, [b"new"])
    assert (link.is_symlink(), target.read_text()) == (True, "new")
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("write", [create_whole, replace_whole])
def test_a_name_that_ends_in_gz_is_packed(tmp_path: Path, write: Callable[..., int]) -> None:
    path = tmp_path / "a.jsonl.gz"
    assert write(path, [b"one\n", b"two\n"]) == 2
    assert gzip.decompress(path.read_bytes()) == b"one\ntwo\n"
