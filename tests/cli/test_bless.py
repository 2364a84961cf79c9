from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pytest_llmeval.cli.main import main
from pytest_llmeval.runs.line import record_line
from pytest_llmeval.runs.sidecar import write_sidecar
from tests.analysis.two_runs import records, run_info

BLESSED = Path("llm-baselines/main/openai__m.jsonl")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    Path("pyproject.toml").touch()


def log(name: str, letters: str, *, info: dict[str, Any] | None = None, **fields: Any) -> str:
    path = Path(name)
    with path.open("ab") as file:
        file.writelines(map(record_line, records(letters, **fields)))
    if info is not None:
        write_sidecar(path, run_info(**info))
    return name


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_a_whole_run_becomes_the_baseline_with_who_when_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", log("a.jsonl", "CCW", info={}), "--reason=release 2"]) == 0
    assert told(capsys) == f"pytest-llmeval: {BLESSED}: blessed, openai:m, 3 records of run r\n"
    assert BLESSED.read_bytes() == Path("a.jsonl").read_bytes()
    kept = json.loads(BLESSED.with_suffix(".run.json").read_text())["blessed"]
    assert (kept["by"], kept["reason"]) == ("ada (GITHUB_ACTOR)", "release 2")


def test_a_later_run_takes_its_place_and_the_earlier_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bless", log("a.jsonl", "CCW", info={"run_id": "first"})])
    told(capsys)
    assert main(["bless", log("b.jsonl", "CCC", info={"run_id": "second"})]) == 0
    assert ", in place of run first of 20" in told(capsys)
    assert BLESSED.read_bytes() == Path("b.jsonl").read_bytes()


def test_a_new_baseline_may_be_read_by_those_who_may_read_the_run() -> None:
    run = Path(log("a.jsonl", "CCW", info={}))
    run.chmod(0o600)
    main(["bless", str(run)])
    assert [one.stat().st_mode & 0o777 for one in (BLESSED, BLESSED.with_suffix(".run.json"))] == [0o600, 0o600]


def test_names_keep_baselines_apart() -> None:
    main(["bless", log("a.jsonl", "CCW", info={})])
    assert main(["bless", log("b.jsonl", "CCC", info={}), "--name=release-2"]) == 0
    assert BLESSED.read_bytes() == Path("a.jsonl").read_bytes()
    assert Path("llm-baselines/release-2/openai__m.jsonl").exists()


def test_each_model_of_a_run_is_blessed_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    log("a.jsonl", "CCW", info={"models": ("openai:m", "openai:n")})
    log("a.jsonl", "WW", model="n")
    assert main(["bless", "a.jsonl"]) == 0
    assert len(BLESSED.read_bytes().splitlines()) == 3
    assert len(BLESSED.with_name("openai__n.jsonl").read_bytes().splitlines()) == 2
    told(capsys)
    assert main(["bless", "a.jsonl", "--model=n", "--name=other"]) == 0
    assert told(capsys).count("blessed") == 1
    assert main(["bless", "a.jsonl", "--model=x"]) == 2
    assert told(capsys) == "pytest-llmeval: the run has no model 'x'; it has openai:m, openai:n\n"


@pytest.mark.parametrize(
    ("info", "fault"),
    [
        ({"complete": False}, "not complete: it was stopped before its end"),
        ({"complete": False, "finished": None}, "not complete: it has not finished"),
        ({"deselected": 12}, "not whole: 12 evals were deselected"),
        ({"shard": "1/3"}, "not whole: it is shard 1/3; merge all of them first: pytest-llmeval merge OUT SHARD..."),
        (None, "no sidecar, so nothing says whether it is complete"),
    ],
)
def test_a_run_that_is_not_whole_is_refused_unless_forced(
    info: dict[str, Any] | None, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = log("a.jsonl", "CCW", info=info)
    assert main(["bless", made]) == 1
    refused = "pytest-llmeval: not blessed; make the run whole (--llm-resume), or add --force to have it as it is\n"
    assert told(capsys) == f"pytest-llmeval: a.jsonl: {fault}\n{refused}"
    assert not BLESSED.exists()
    assert main(["bless", made, "--force"]) == 0
    assert f"{BLESSED}: blessed although it is not whole, openai:m" in told(capsys)


def test_a_torn_run_is_refused_and_mended_where_forced() -> None:
    made = log("a.jsonl", "CCW", info={})
    whole = Path(made).read_bytes()
    Path(made).write_bytes(whole[:-5])
    assert main(["bless", made]) == 1
    assert main(["bless", made, "--force"]) == 0
    assert BLESSED.read_bytes() == b"".join(whole.splitlines(keepends=True)[:2])


def test_a_run_without_any_verdict_is_refused_even_by_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", log("a.jsonl", "??", info={}), "--force"]) == 1
    assert "has no verdict on any trial; grade it first: pytest-llmeval grade a.jsonl" in told(capsys)


def test_trials_without_a_verdict_and_a_failed_gate_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", log("a.jsonl", "CCE", info={"gate": "failed"})]) == 0
    said = told(capsys)
    assert "1 of its 3 trials have no verdict, and no run is compared with those" in said
    assert "its gate failed; later runs are now held against it all the same" in said


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a b"])
def test_a_name_that_is_no_folder_is_misuse(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", log("a.jsonl", "C", info={}), f"--name={name}"]) == 2
    assert "a baseline's name is made of letters" in told(capsys)


def test_baselines_may_be_kept_elsewhere() -> None:
    assert main(["bless", log("a.jsonl", "C", info={}), "--into=kept/here"]) == 0
    assert Path("kept/here/main/openai__m.jsonl").exists()


def test_a_model_is_named_safely(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", log("a.jsonl", "C", info={}, model="\x1b[31msmall\n" + "x" * 100)]) == 0
    assert f": blessed, openai:small {'x' * 66}…, 1 records of run r\n" in told(capsys)


def test_a_folder_that_cannot_be_made_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    Path("kept").touch()
    assert main(["bless", log("a.jsonl", "C", info={}), "--into=kept"]) == 2
    assert "kept/main: cannot be made" in told(capsys)


def test_a_broken_baseline_is_replaced_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bless", log("a.jsonl", "C", info={})])
    BLESSED.with_suffix(".run.json").write_text("{")
    told(capsys)
    assert main(["bless", "a.jsonl"]) == 0
    assert "in place of another whose openai__m.run.json is missing or broken" in told(capsys)


def test_a_file_that_is_no_log_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", "gone.jsonl"]) == 2
    assert told(capsys) == "pytest-llmeval: gone.jsonl: cannot be read (No such file or directory)\n"


def test_compare_takes_the_name_of_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bless", log("a.jsonl", "C" * 40, info={})])
    new = log("b.jsonl", "C" * 25 + "W" * 15, info={})
    assert main(["compare", "main", new]) == 1


def test_from_outside_a_project_a_run_is_blessed_in_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pyproject.toml").unlink()
    project, away = tmp_path / "project", tmp_path / "away"
    for folder in (project / "llm-runs", project / "llm-baselines", away):
        folder.mkdir(parents=True)
    log(str(project / "llm-runs" / "a.jsonl"), "C" * 40, info={})
    monkeypatch.chdir(away)
    assert main(["bless", "../project/llm-runs/a.jsonl"]) == 0
    assert (project / BLESSED).exists()
    assert list(away.iterdir()) == []
    capsys.readouterr()
    assert main(["compare", "main", "../project/llm-runs/a.jsonl"]) == 0
    assert "the same" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "option"), [("nosuch", " --name nosuch"), ("main", "")])
def test_a_name_that_was_never_blessed_is_called_so(name: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bless", log("a.jsonl", "C" * 40, info={}), "--name", "nightly"]) == 0
    capsys.readouterr()
    assert main(["compare", name, "a.jsonl"]) == 2
    assert told(capsys) == (
        f"pytest-llmeval: no file and no baseline {name}; in llm-baselines there is nightly; "
        f"to make one: pytest-llmeval bless RUN{option}\n"
    )


def test_a_run_made_again_tells_the_noise_of_its_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    """Two of the forty answers flip by chance: 1.96 * sqrt(2) / 40 is 6.9 points."""
    first = log("a.jsonl", "C" * 40, info={"run_id": "first"})
    again = log("b.jsonl", "C" * 38 + "WW", info={"run_id": "again"}, run_id="again")
    assert main(["bless", first, f"--again={again}"]) == 0
    assert "two runs of it differ by up to 6.9 points by chance; no gate calls less a drop" in told(capsys)
    kept = json.loads(BLESSED.with_suffix(".run.json").read_text())["noise"]
    assert round(kept["rate"], 1) == 6.9


@pytest.mark.parametrize(
    ("letters", "fields", "fault"),
    [
        ("C" * 40, {"model": "other"}, "has no answer of openai:m to what a.jsonl asks; name a repetition"),
        ("C" * 40, {}, "is no repetition of a.jsonl: it is the same run"),
    ],
    ids=["another model", "the same run"],
)
def test_what_is_no_repetition_tells_no_noise(
    letters: str, fields: dict[str, Any], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = log("a.jsonl", "C" * 40, info={"run_id": "first"})
    again = log("b.jsonl", letters, info={"run_id": "first"}, **fields)
    assert main(["bless", first, f"--again={again}"]) == 2
    assert told(capsys) == f"pytest-llmeval: b.jsonl: {fault}\n"
    assert not BLESSED.exists()


def test_a_comparison_names_the_baseline_as_it_is_seen_from_here(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bless", log("a.jsonl", "C" * 10, info={})])
    assert main(["compare", "main", "a.jsonl"]) == 0
    assert f"\n  base  {BLESSED} · " in capsys.readouterr().out


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Let every file that grows beyond a size fail as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [1_000, 100], ids=["the log has no room", "nothing has room"])
def test_a_baseline_that_cannot_be_written_is_the_old_one_with_its_sidecar(
    size: int, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["bless", log("a.jsonl", "CCW", info={"run_id": "first"})])
    before = {path.name: path.read_bytes() for path in BLESSED.parent.iterdir()}
    log("b.jsonl", "C" * 400, info={"run_id": "second"})
    told(capsys)
    with no_room_beyond(size):
        assert main(["bless", "b.jsonl"]) == 2
    assert told(capsys) == (
        f"pytest-llmeval: {BLESSED.resolve()}: cannot be written (File too large); name a file you can write\n"
    )
    assert {path.name: path.read_bytes() for path in BLESSED.parent.iterdir()} == before


def test_a_sidecar_that_has_no_room_leaves_the_old_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bless", log("a.jsonl", "CCW", info={"run_id": "first"})])
    before = {path.name: path.read_bytes() for path in BLESSED.parent.iterdir()}
    log("b.jsonl", "CCC", info={"run_id": "second", "totals": {"x" * 5_000: 1}})
    told(capsys)
    with no_room_beyond(4_000):
        assert main(["bless", "b.jsonl"]) == 2
    assert f"{BLESSED.with_suffix('.run.json')}: cannot be written (File too large)" in told(capsys)
    assert {path.name: path.read_bytes() for path in BLESSED.parent.iterdir()} == before


def test_a_log_that_cannot_take_its_place_gives_the_old_sidecar_back(capsys: pytest.CaptureFixture[str]) -> None:
    made = log("a.jsonl", "CCW", info={"run_id": "first"})
    main(["bless", made])
    before = BLESSED.with_suffix(".run.json").read_bytes()
    BLESSED.unlink()
    (BLESSED / "in the way").mkdir(parents=True)
    told(capsys)
    assert main(["bless", made]) == 2
    assert told(capsys) == (
        f"pytest-llmeval: {BLESSED.resolve()}: cannot be written (Is a directory); name a file you can write\n"
    )
    assert BLESSED.with_suffix(".run.json").read_bytes() == before
    assert {path.name for path in BLESSED.parent.iterdir()} == {BLESSED.name, BLESSED.with_suffix(".run.json").name}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_who_may_not_write_a_baseline_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bless", log("a.jsonl", "CCW", info={})])
    told(capsys)
    BLESSED.parent.chmod(0o555)
    try:
        assert main(["bless", "a.jsonl"]) == 2
    finally:
        BLESSED.parent.chmod(0o755)
    said = f"pytest-llmeval: {BLESSED.resolve()}: cannot be written (Permission denied); name a file you can write\n"
    assert told(capsys) == said
    assert BLESSED.with_suffix(".run.json").exists()
